"""How busy the days of a made community are: growth, months of the year, weekends, or a curve of one's own."""

from datetime import date, timedelta

from web.sample.presets import Habits

MEAN_MONTH_DAYS = 365.25 / 12


def shape_of_days(habits: Habits, first_day: date, last_day: date, *, in_months: bool = True) -> list[float]:
    """How much happens on each day, in proportion. Without `in_months` only what lasts: growth, or the curve."""
    count = (last_day - first_day).days + 1
    days = [first_day + timedelta(days=number) for number in range(count)]
    if habits.curve:
        slow = [habits.curve[number * len(habits.curve) // count] for number in range(count)]
    else:
        slow = [(1 + habits.growth) ** (number / MEAN_MONTH_DAYS) for number in range(count)]
    if not in_months:
        return [float(value) for value in slow]
    return [
        value * (1 if habits.curve else habits.months[day.month - 1]) * (habits.weekend if day.weekday() >= 5 else 1)
        for value, day in zip(slow, days, strict=True)
    ]
