"""Tallies equal the event log to the last event, on both engines, however often they are made."""

import re
from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from api.contacts import credits
from api.facts import writing
from api.limits import guesses
from api.ports import CHINA
from api.watching import counting, daily, funnel, tallies
from api.watching.measuring import COLUMNS, MEASURES, UNIT
from models import tables
from models.domain.console.operator import Role
from models.domain.decision import Outcome
from models.domain.identity.guess import GuessKind
from models.domain.record.fact import unpack
from models.domain.subscription import Fact, FactKind
from models.domain.watching import bins
from tests.support import play
from tests.support.console import colleague
from tests.support.world import MAN, WRONG, World


def recounted(world: World) -> Counter[tuple[object, ...]]:
    with world.ports.database.reading() as db:
        channels = {one.id: one.channel for one in db.scalars(select(tables.Attempt))}
        shops = {one.id: one.institution_id for one in db.scalars(select(tables.Verification))}
        return Counter(
            (
                one.created_at.astimezone(CHINA).date(),
                shops[one.verification_id],
                channels.get(one.public["attempt_id"], ""),
                one.type,
                one.public["reason"] or "",
            )
            for one in db.scalars(select(tables.Event))
        )


def tallied(world: World) -> Counter[tuple[object, ...]]:
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.EventTally))
        return Counter({(r.day, r.institution_id, r.channel, r.type, r.reason): r.events for r in rows})


def bought(world: World, number: int) -> None:
    opened = play.opened(world, order_no=f"T-{number}")
    scene, phone = play.pushed(world, opened), world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    world.clock.tick(60)


def by_day(world: World) -> dict[tuple[object, ...], int]:
    with world.ports.database.reading() as db:
        return {(r.day, r.measure, r.series, r.bin): r.counted for r in db.scalars(select(tables.DayTally))}


def events_again(world: World) -> Counter[tuple[object, ...]]:
    """Count the event log anew, with the waits found by looking back in it."""
    found: Counter[tuple[object, ...]] = Counter()
    ends = {
        "attempt.delivered": "attempt.waiting", "attempt.opened": "attempt.waiting",
        "attempt.captured": "attempt.challenged",
    }  # fmt: skip
    with world.ports.database.reading() as db:
        channels = {one.id: one.channel for one in db.scalars(select(tables.Attempt))}
        log = db.scalars(select(tables.Event).order_by(tables.Event.verification_id, tables.Event.seq)).all()
    for place, one in enumerate(log):
        attempt_id = one.public["attempt_id"]
        channel, day = channels.get(attempt_id, ""), one.created_at.astimezone(CHINA).date()
        found[day, "events", f"{channel} {one.type} {one.public['reason'] or ''}", 0] += 1
        before = [e for e in log[:place] if attempt_id and e.public["attempt_id"] == attempt_id]
        step, start = one.type.removeprefix("attempt."), ends.get(one.type)
        if before and before[-1].type == "attempt.captured":
            step, start = "decided", "attempt.captured"
        elif one.type == "attempt.consented":
            start = "attempt.opened"
        begun = [e.created_at for e in before if e.type == start]
        if begun:
            waited = (one.created_at - begun[-1]).total_seconds()
            found[day, "waits", f"{channel} {step}", bins.place(bins.WAITS, waited)] += 1
    return found


def facts_again(world: World) -> tuple[Counter[tuple[object, ...]], dict[tuple[object, ...], Counter[str]]]:
    """Count the decisions anew from their facts alone."""
    days: Counter[tuple[object, ...]] = Counter()
    groups: dict[tuple[object, ...], Counter[str]] = {}
    with world.ports.database.reading() as db:
        for row in db.scalars(select(tables.DecisionFact)):
            day, models = row.decided_at.astimezone(CHINA).date(), row.model_set or ""
            days[day, "outcome", models, list(Outcome).index(row.outcome)] += 1
            added = Counter({"decided": 1, "passed": row.outcome == "passed", row.reason: 1})
            if row.report is not None:
                plain = world.ports.vault.open(writing.place(row.challenge_id), row.report)
                report, measured = unpack(plain)
                for name in MEASURES:
                    value = getattr(report, name, getattr(measured, name, None))
                    if value is not None:
                        days[day, name, models, bins.place(bins.EDGES[name], value)] += 1
                        added.update({f"{name}_n": 1, f"{name}_sum": round(value * UNIT)})
            monday = day - timedelta(days=day.weekday())
            for about, name in (("device", row.device or ""), ("shop", row.institution_id)):
                groups.setdefault((monday, about, name, models), Counter()).update(added)
    return days, groups


def in_groups(world: World) -> dict[tuple[object, ...], dict[str, int]]:
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.GroupTally)).all()
        return {
            (r.week, r.about, r.name, r.model_set): {name: getattr(r, name) for name in COLUMNS} for r in rows
        }


def watched_holds(world: World) -> None:
    days, groups = facts_again(world)
    counted = {key: n for key, n in by_day(world).items() if key[1] not in ("lookups", "answers", "people")}
    assert counted == events_again(world) + days
    assert in_groups(world) == {key: {name: added[name] for name in COLUMNS} for key, added in groups.items()}


def holds(world: World) -> None:
    bought(world, 1)
    assert tallies.count(world.ports) == counting.count(world.ports) == sum(recounted(world).values())
    assert tallied(world) == recounted(world)
    world.clock.tick(86_400)
    bought(world, 2)
    assert tallies.count(world.ports) == counting.count(world.ports) > 0
    assert tallies.count(world.ports) == counting.count(world.ports) == 0
    assert tallied(world) == recounted(world)
    watched_holds(world)


def test_every_tally_equals_the_event_log(either: World) -> None:
    holds(either)


def test_a_batch_ends_in_the_middle_of_a_purchase(world: World) -> None:
    """Whatever the watermark cuts apart is counted once: here the log is revealed event by event."""
    bought(world, 1)
    with world.ports.database.reading() as db:
        newest = [row.id for row in db.scalars(select(tables.Event).order_by(tables.Event.id))]
    for one in newest:
        with world.ports.database.transaction() as db:
            counting.batch(world.ports, db, one)
    watched_holds(world)


def test_answers_and_look_ups_are_counted_once_a_day_is_over(either: World) -> None:
    ports = either.ports
    with ports.database.transaction() as db:
        before = Counter(
            one.kind for one in db.scalars(select(tables.SubscriptionFact))
            if one.template_id == ports.settings.wechat_template_id
        )  # fmt: skip
        for number in range(3):
            guesses.tally(ports, db, GuessKind.COUNTER, f"i/{number % 2}").missed += number % 2
            fact = Fact(FactKind.DECLINED, ports.now() + timedelta(seconds=number))
            credits.learn(ports, db, f"o{number}", ports.settings.wechat_template_id, fact)
            credits.learn(ports, db, f"o{number}", "another-template", fact)
    today = ports.today()
    for _ in range(2):
        daily.count(ports)
    found = by_day(either)
    assert not [key for key in found if key[1] == "lookups"]
    assert found[today, "answers", "declined", 0] == before[FactKind.DECLINED] + 3
    assert found[today, "people", "persons", 0] == len(either.ids)
    either.clock.tick(86_400)
    for _ in range(2):
        daily.count(ports)
    found = by_day(either)
    assert (found[today, "lookups", "counter asked", 0], found[today, "lookups", "counter missed", 0]) == (
        3,
        1,
    )


def test_the_page_shows_what_the_tallies_say(world: World) -> None:
    holds(world)
    steps = {one.name: one for one in funnel.steps(world.ports, 28)}
    assert (steps["waiting"].push, steps["captured"].push, steps["passed"].push) == (2, 2, 0)
    assert steps["failed"].push == 2 and sum(number for _, number in steps["failed"].reasons) == 2
    one = colleague(world, "operator", Role.OPERATOR)
    one.sign_in()
    assert "拍摄完成" in one.get("/console/watch") and "没有核验" not in one.get("/console/watch?days=7")


def test_every_page_has_charts_with_words_and_tables_as_csv(world: World) -> None:
    with world.ports.database.transaction() as db:
        db.get_one(tables.Institution, world.institutions[0]).name = "=cmd|' /C calc'!A0"
    for number in range(1, 4):
        bought(world, number)
        world.clock.tick(7 * 86_400)
        counting.count(world.ports)
        daily.count(world.ports)
    one = colleague(world, "operator", Role.OPERATOR)
    one.sign_in()
    for name, charts in (("steps", 1), ("waits", 2), ("measures", 2), ("drift", 2), ("outside", 2)):
        shown = one.get(f"/console/watch/{name}?days=92")
        assert shown.count("<svg") == shown.count('role="img"') == charts, name
        assert "下表" in shown and not re.search(
            r'\sstyle="|下载 CSV</a></caption>\s*<thead><tr></tr>', shown
        )
        for link in re.findall(r'href="(/console/watch/\w+\.csv\?[^"]*)"', shown):
            csv = one.client.get(link.replace("&amp;", "&"))
            assert csv.mimetype == "text/csv" and csv.text.count("\n") > 1, link
            assert not re.search(r"(^|,)\"?[=+@]", csv.text), link
    shops = one.client.get("/console/watch/measures.csv?days=92&table=1").text
    assert "'=cmd" in shops
    for wrong in ("/console/watch/nothing", "/console/watch/waits.csv?table=9", "/console/watch/x.csv"):
        assert one.client.get(wrong).status_code == 404
