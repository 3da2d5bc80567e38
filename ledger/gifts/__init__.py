"""Things, time and skills given with nothing expected back."""
