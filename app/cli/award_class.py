"""`testamur award --achievement … --learners …`: awards a class; shows first how the list was read, and asks."""

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.cli.exit_codes import DONE, REFUSED, UNAVAILABLE
from app.cli.given import actor, institution, read
from app.core.credential.given_learners import GivenLearner
from app.core.credential.readable_text import show
from app.core.problems import SETTING_ERROR, Problem, Refused
from app.issuer.batch import LookedOver, Since, links
from app.main import clock, composed
from app.ports import RowAwarded, RowFailed
from app.settings import Settings

_FIRST_ROWS = 3
_FEW = 30
_BAR_LETTERS = 30
_MOST_PROBLEMS_SHOWN = 50


def add_options_to(award: argparse.ArgumentParser) -> None:
    """What may be typed beside the achievement file."""
    award.add_argument("--learners", metavar="class.csv", help="the class: a header, then one learner a row")
    award.add_argument("--encoding", metavar="NAME", help="utf-8, utf-16, windows-1250 or windows-1252, where asked")
    award.add_argument("--dry-run", action="store_true", help="look the class over, and award nothing")
    award.add_argument("--annotated", type=Path, metavar="FILE", help="write the class with every mistake in its row")
    award.add_argument("--output", type=Path, metavar="links.csv", help="write the learners' links to a new file")
    award.add_argument("--yes", action="store_true", help="award without asking")


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Awards a class, and tells each learner's link."""
    for file in filter(None, (chosen.output, chosen.annotated)):
        if file.exists():
            raise Refused(Problem(SETTING_ERROR, detail=f"{file} exists already.", remedy="Choose another name."))
    if chosen.learners is None:
        raise Refused(Problem(SETTING_ERROR, detail="There is no class.", remedy="Say --learners class.csv"))
    achievement, learners = read(chosen.achievement), read(chosen.learners)
    # More learners are work for every core; for a few, processes would take longer to start.
    async with composed(settings, inline=learners.count(b"\n") <= _FEW) as service:
        awarding = institution(service, chosen.institution)
        given = await service.classes.read_files(achievement, learners, encoding=chosen.encoding)
        looked = await service.classes.look_over(given, institution=awarding, key=chosen.idempotency_key, now=clock())
        _show(looked)
        if chosen.annotated and given.listed:
            _write(chosen.annotated, given.listed.annotated(looked.problems))
        if looked.problems:
            _show_problems(looked, chosen.annotated)
            return REFUSED
        if chosen.dry_run:
            _tell("Every row is in order. Nothing was awarded: this was a dry run.")
            return DONE
        if not chosen.yes:
            _confirm(looked, awarding.profile.name)
        progress = _Progress(total=len(looked.batch.rows))
        await service.classes.award(
            looked.sound(), institution=awarding, actor=actor(), clock=clock, tell=progress.tell
        )
    progress.end()
    return _finish(progress.outcomes, chosen.output, before=len(looked.before))


def _show(looked: LookedOver) -> None:
    if listed := looked.given.listed:
        recognised = listed.recognised.as_json()
        _tell(f"Read as {recognised['encoding']}, separated by {recognised['separator']}.")
        for column in listed.recognised.columns:
            _tell(f"  {show(column.header)} is read as {column.said}")
    learners = looked.given.learners
    _tell(f"Learners: {len(learners)}. The first:")
    for learner in learners[:_FIRST_ROWS]:
        _tell(f"  row {learner.row}: {', '.join(_said(learner))}")
    if looked.before:
        counted = {each: looked.count(each) for each in Since if each is not Since.STANDS}
        since = ", ".join(f"{number} {each} since" for each, number in counted.items() if number)
        _tell(f"Awarded already, and not again: {len(looked.before)}{f' ({since})' if since else ''}.")


def _said(learner: GivenLearner) -> Iterable[str]:
    for name, value in learner.learner.open().items():
        match value:
            case list():
                yield from (f"{show(each['scheme'])} {show(each['value'])}" for each in value)
            case _:
                yield f"{name} {show(value)}"
    if learner.grade:
        yield f"grade {show(learner.grade.open())}"


def _show_problems(looked: LookedOver, annotated: Path | None) -> None:
    for problem in looked.problems[:_MOST_PROBLEMS_SHOWN]:
        told = problem.as_problem()
        where = f"{told.at}: " if told.at and problem.row is None else ""
        _tell(f"testamur: {where}{told.detail}{f' ({told.remedy})' if told.remedy else ''}")
    if more := len(looked.problems) - _MOST_PROBLEMS_SHOWN:
        _tell(f"testamur: and {more} more" if more > 0 else "")
    _tell(f"Nothing was awarded. Every mistake stands in its row in {annotated}." if annotated else _ANNOTATE)


_ANNOTATE = "Nothing was awarded. --annotated problems.csv writes the class with each mistake in its row."


def _confirm(looked: LookedOver, name: str) -> None:
    """Asks, where there is somebody to ask."""
    if not sys.stdin.isatty():
        detail = "Nothing was awarded: there is nobody to ask whether this is right."
        raise Refused(Problem(SETTING_ERROR, detail=detail, remedy="Look at it with --dry-run, then say --yes"))
    sys.stderr.write(f"Award {len(looked.new)} in the name of {name}? Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise Refused(Problem(SETTING_ERROR, detail="Nothing was awarded."))


@dataclass
class _Progress:
    """What came of each row, and a bar on a terminal."""

    total: int
    outcomes: list[RowAwarded | RowFailed] = field(default_factory=list)

    def tell(self, outcome: RowAwarded | RowFailed) -> None:
        self.outcomes.append(outcome)
        if sys.stderr.isatty():
            done = len(self.outcomes)
            filled = _BAR_LETTERS * done // self.total
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR_LETTERS - filled)}] {done} of {self.total}")
            sys.stderr.flush()

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\n")


def _finish(outcomes: list[RowAwarded | RowFailed], output: Path | None, *, before: int) -> int:
    content = links(outcomes)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        _write(output, content)
    failed = [each for each in outcomes if isinstance(each, RowFailed)]
    earlier = f", {before} of them before" if before else ""
    where = f" The learners' links: {output}" if output else ""
    _tell(f"Awarded and signed: {len(outcomes) - len(failed)}{earlier}.{where}")
    for each in failed:
        _tell(f"testamur: row {each.row} was not awarded: {each.problem.detail}")
    if failed:
        _tell("Send the same class again: nobody is awarded twice.")
        return UNAVAILABLE
    return DONE


def _write(path: Path, content: bytes) -> None:
    """A new file for its owner alone: it names people, and whoever has a link can take the credential."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _tell(line: str) -> None:
    """To a person; standard output is for what was asked for."""
    if line:
        print(line, file=sys.stderr)
