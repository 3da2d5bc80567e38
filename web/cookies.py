"""The two cookies of this app: who is signed in, and which browser asked for a code."""

from litestar.datastructures import Cookie

from web.sign_in.codes import VALID_FOR as CODE_VALID_FOR
from web.sign_in.sessions import SIGNED_IN_FOR


class Cookies:
    """Cookies that scripts cannot read, other sites cannot send along, and, when secure, no other host can set."""

    def __init__(self, secure: bool) -> None:
        self._secure = secure
        # Browsers accept this prefix only from a secure page of this very host, with the path "/".
        prefix = "__Host-" if secure else ""
        self.session_name = f"{prefix}hours"
        self.asking_name = f"{prefix}hours-asking"

    def session(self, token: str) -> Cookie:
        """Keeps this device signed in."""
        return self._cookie(self.session_name, token, int(SIGNED_IN_FOR.total_seconds()))

    def asking(self, token: str) -> Cookie:
        """Ties a code to the browser that asked for it."""
        return self._cookie(self.asking_name, token, int(CODE_VALID_FOR.total_seconds()))

    def no_session(self) -> Cookie:
        """Takes the session away."""
        return self._cookie(self.session_name, "", 0)

    def no_asking(self) -> Cookie:
        """Takes the tie to a code away."""
        return self._cookie(self.asking_name, "", 0)

    def _cookie(self, name: str, value: str, seconds: int) -> Cookie:
        return Cookie(
            key=name, value=value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
