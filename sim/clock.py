"""Time: whole minutes, weeks of 10 080 of them, the firm's calendar and a desk's opening hours.

The calendar is the heartbeat of the market. It rings the named hours of a week in order, and every
process waits for its own: `week = yield calendar.hour("shop")`. All of them ring in the half minute
before Monday 00:00, when nobody else acts, because people act on whole minutes.
"""

from collections.abc import Generator

import simpy
from pydantic import ValidationInfo, field_validator

from sim.data import Data
from sim.parameter import SCENARIO, parameter

MINUTES_AN_HOUR = 60
MINUTES_A_DAY = 1_440
MINUTES_A_WEEK = 10_080
WEEKS_A_QUARTER, WEEKS_A_YEAR = 13, 52

MONDAY = ("decide", "rules", "prices", "acquire", "wake", "arrive", "contact", "contracts", "shop")
SUNDAY = ("baskets", "redress", "service", "experience", "loyalty", "bonds", "patience", "books")

BEFORE_MONDAY = -0.5  # minutes: when the first calendar hour rings


class Calendar:
    """The week's named hours as SimPy events; the value of each is the number of the week."""

    def __init__(self, env: simpy.Environment, weeks: int) -> None:
        self.env = env
        self.weeks = weeks
        self._bells = {name: env.event() for name in MONDAY + SUNDAY}

    def hour(self, name: str) -> simpy.Event:
        """Give the event that rings at the next hour of this name."""
        return self._bells[name]

    def run(self) -> Generator[simpy.Event, object, None]:
        """Ring Monday's hours, let the week pass, ring Sunday's, week after week."""
        for week in range(self.weeks):
            yield from self._ring(MONDAY, week)
            yield self.env.timeout(MINUTES_A_WEEK)
            yield from self._ring(SUNDAY, week)

    def _ring(self, hours: tuple[str, ...], week: int) -> Generator[simpy.Event, object, None]:
        for name in hours:
            bell, self._bells[name] = self._bells[name], self.env.event()
            bell.succeed(week)
            yield bell  # we queue behind all who wait for this hour: they act before the next one rings


class OpeningHours(Data):
    """The same hours on the first `days` days of every week; a desk's deadlines count only these.

    `open_minutes` counts open minutes since the market began; `minute_of` is its inverse and finds the
    minute at which a count is reached.
    """

    days: int = parameter("open days a week, from Monday", "days", SCENARIO, 7, ge=1, le=7)
    from_hour: int = parameter("the desk opens at", "hour of the day", SCENARIO, 0, ge=0, le=23)
    until_hour: int = parameter("the desk closes at", "hour of the day", SCENARIO, 24, ge=1, le=24)

    @field_validator("until_hour")
    @classmethod
    def _closes_after_it_opens(cls, until: int, before: ValidationInfo) -> int:
        if until <= before.data.get("from_hour", 0):
            raise ValueError(f"the desk closes at {until} but opens at {before.data['from_hour']}.")
        return until

    @property
    def minutes_a_day(self) -> int:
        """Open minutes on an open day."""
        return (self.until_hour - self.from_hour) * MINUTES_AN_HOUR

    def open_minutes(self, minute: float) -> float:
        """Count the open minutes from the start of the market until `minute`."""
        week, rest = divmod(minute, MINUTES_A_WEEK)
        day, time = divmod(rest, MINUTES_A_DAY)
        whole = self.minutes_a_day
        if day >= self.days:
            return (week + 1) * self.days * whole
        today = min(max(time - self.from_hour * MINUTES_AN_HOUR, 0), whole)
        return (week * self.days + day) * whole + today

    def minute_of(self, open_minutes: float) -> float:
        """Find the minute at which this many open minutes have passed and the desk is open."""
        open_days, time = divmod(open_minutes, self.minutes_a_day)
        week, day = divmod(open_days, self.days)
        opening = week * MINUTES_A_WEEK + day * MINUTES_A_DAY + self.from_hour * MINUTES_AN_HOUR
        return opening + time
