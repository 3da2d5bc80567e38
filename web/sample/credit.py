"""What everybody may still receive, whatever comes into the book first."""

import heapq
import math
from datetime import date, timedelta

from web.sample.acts import Act


class Credit:
    """Minutes that people are sure to have. What they received counts from the day it happened; what they gave, not
    before it is in the book for good. So no order in which things are told and answered passes the limit.
    """

    def __init__(self, people: int, limit_minutes: int) -> None:
        self._sure = [0] * people
        self._limit = limit_minutes
        self._coming: list[tuple[date, int, int]] = []

    def until(self, day: date) -> None:
        """Counts what was settled before this day."""
        while self._coming and self._coming[0][0] < day:
            _, place, minutes = heapq.heappop(self._coming)
            self._sure[place] += minutes

    def has_room(self, giver: int, receiver: int, minutes: int) -> bool:
        """Whether so many minutes, net, may go from one to the other; below zero the other way."""
        return minutes == 0 or self._sure[receiver if minutes > 0 else giver] - abs(minutes) >= self._limit

    def count(self, act: Act) -> None:
        """Takes in an act that there was room for."""
        told = act.telling
        minutes, stays = act.net_minutes, act.corrected.net_minutes
        if not told.counts or not minutes:
            return
        gains, loses = (act.giver, act.receiver) if minutes > 0 else (act.receiver, act.giver)
        days = told.after_days + math.ceil(told.answered_after_days)
        if told.corrected_after_days:
            days += told.corrected_after_days + 2
            heapq.heappush(self._coming, (act.day + timedelta(days=days), loses, abs(minutes) - abs(stays)))
        self._sure[loses] -= abs(minutes)
        heapq.heappush(self._coming, (act.day + timedelta(days=days), gains, abs(stays)))
