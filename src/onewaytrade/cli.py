"""The command `onewaytrade`: each subcommand is a few lines over the modules that do the work.

Nothing heavy is imported here, so that `--help` answers at once: a command imports what it needs.
"""

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from onewaytrade import project
from onewaytrade.errors import OneWayTradeError

_INTERRUPTED = 130
_PROJECT_HELP = "The project's folder, if it is not this one or above."

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NOTEBOOK", help="Stem, beginning of a stem, or path; all if none is given."),
]


def _use(folder: Path | None) -> None:
    if folder is not None:
        project.use(folder)


def _project_option() -> Any:
    """Return the option `--project` as any command may take it; it acts, and hands the command no value."""
    holder = typer.Typer(add_completion=False)

    @holder.command()
    def hold(
        _project_of_this_command: Annotated[  # its callback has used it
            Path | None, typer.Option("--project", metavar="DIR", help=_PROJECT_HELP, callback=_use)
        ] = None,
    ) -> None:
        pass

    option = typer.main.get_command(holder).params[0]
    option.expose_value = False
    return option


class _Commands(typer.core.TyperGroup):
    """Commands that each take `--project` as well, since nobody remembers on which side of a command it stands."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, with the option added if it is one that does something."""
        command = super().get_command(ctx, cmd_name)
        if isinstance(command, typer.core.TyperCommand) and all(
            "--project" not in own.opts for own in command.params
        ):
            command.params.append(_project_option())
        return command


app = typer.Typer(
    name="onewaytrade",
    cls=_Commands,
    help="Recompute every checkable claim of a news article about China's trade from published data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(
    cls=_Commands,
    help="List, check or compare the datasets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(data_app, name="data")


def main() -> None:
    """Run the command; an error meant for the user is one sentence on stderr, and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A pipe on Windows would take neither a true minus sign nor the frame of a table, and none takes the
            # name of a file with bytes that are no text.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except OneWayTradeError as error:
        print(f"onewaytrade: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        # Where two files are named, the second is the one that was asked for, and the first is on its way to it.
        place = error.filename2 or error.filename
        if place is None:
            raise
        problem = f"{place} cannot be read or written ({error.strerror})"
        print(f"onewaytrade: {problem}; another place, or room and permission, is needed.", file=sys.stderr)
        sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("onewaytrade"))
        raise typer.Exit


@app.callback()
def common(
    folder: Annotated[
        Path | None,
        typer.Option("--project", metavar="DIR", help=_PROJECT_HELP),
    ] = None,
    version: Annotated[  # noqa: ARG001 # the callback has shown it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    _use(folder)


@app.command()
def run(
    names: Names = None,
    assignments: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM", help="Carry the claims forward to the newest month at hand up to this one."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Notebooks at a time; one for each core if not given.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the results; build if not given, or build/runs/... with other parameters.",
        ),
    ] = None,
    timeout: Annotated[int, typer.Option(min=1, metavar="S", help="Seconds that one cell may take.")] = 600,
    fresh: Annotated[bool, typer.Option("--fresh", help="Execute also what has not changed.")] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Execute all on the Dask cluster of this scheduler, tcp://HOST:PORT."
        ),
    ] = None,
) -> None:
    """Execute the notebooks that changed, or whose data did; write all of them and their verdicts."""
    import json
    from collections.abc import Sequence

    from onewaytrade.runner import (
        cache,
        collection,
        every_definition,
        execute,
        notebooks,
        parameters,
        report,
        verdicts,
    )

    root = project.root()
    paths = notebooks.choose(root, names or [])
    if until is not None:
        # Without names, it asks for the notebooks that can be carried forward, not for all the others again.
        paths = paths if names else parameters.takers(paths, "until")
        assignments = [*(assignments or []), f"until={until}"]
    given = parameters.assign(paths, assignments or [])
    slug = parameters.slug(given)
    if slug:
        from onewaytrade import definitions

        for path in paths:
            check = parameters.own_check(path) or definitions.check_parameters
            parameters.validate(path, given[path.stem], check)
    folder = (out or (root / "build" / "runs" / slug if slug else root / "build")).resolve()
    recorded = folder / verdicts.FILE
    surroundings = execute.environment(root, recorded)
    kept = cache.Cache(root, surroundings, recorded, fresh=fresh)
    order = kept.remember("order-of-claims", {}, lambda: _order_of_claims(surroundings, scheduler))
    results = collection.Results(folder, order=json.loads(order))
    console = report.console()
    progress = report.Bar(console, notebooks.code_cells(paths)) if console.is_terminal else report.Lines(console)

    def execute_all(chosen: Sequence[Path], beside: collection.Begin | None) -> list[collection.Done]:
        return collection.run(
            root,
            {path: given[path.stem] for path in chosen},
            results,
            workers=collection.threads(jobs or collection.cores())
            if scheduler is None
            else _elsewhere(scheduler, root, recorded),
            timeout=timeout,
            progress=progress,
            # What a kernel elsewhere was seen to read says nothing of the files here.
            cache=kept if scheduler is None else None,
            beside=beside,
        )

    every = every_definition.Evaluation(kept, is_kept=scheduler is None)
    # Which claims will have been judged is known afterwards: as a rule it is those of the last run, or all.
    expected = _judged(recorded) if recorded.is_file() or names else set(results.order)
    try:
        with progress:
            outcomes = execute_all(paths, None if slug else every.of(expected))
        report.summarise(console, outcomes, results)
        if not slug:
            report.scoreboard(console, verdicts.read(recorded), {path.stem for path in paths})
            judged = _judged(recorded)
            if begin := every.of(judged):
                console.print(f"Evaluating the definitions of {len(judged)} claims …")
                execute_all([], begin)
            every.write(folder)
            console.print(every.note, end="\n" if every.note else "")
    except KeyboardInterrupt:
        print("onewaytrade: interrupted; the notebooks that had ended are kept.", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(1)


def _elsewhere(scheduler: str, root: Path, board: Path) -> Any:
    from onewaytrade.runner import cluster

    return cluster.workers(scheduler, root, board, lambda sentence: print(sentence, file=sys.stderr))


def _order_of_claims(surroundings: Mapping[str, str], scheduler: str | None) -> bytes:
    import json

    from onewaytrade import claims as register
    from onewaytrade.runner import collection

    # Where this is not known, notebooks are executed as well: what their kernels come from starts meanwhile.
    if scheduler is None:
        collection.prepare(surroundings)
    return json.dumps(list(register.register())).encode()


def _judged(recorded: Path) -> set[str]:
    """Return the claims of a file of verdicts."""
    from onewaytrade.runner import verdicts

    return {verdict["claim"] for verdict in verdicts.read(recorded)}


@app.command()
def sweep(  # noqa: PLR0913, PLR0917 # one for each option
    name: Annotated[str, typer.Argument(metavar="NOTEBOOK", help="Stem, beginning of a stem, or path.")],
    grid: Annotated[
        list[str],
        typer.Option(
            "--grid",
            metavar="NAME=VALUES",
            help="Values by comma, or a range of months (2022-01:2023-06) or whole numbers (1:12), with a step "
            "behind another colon; may be repeated: every combination is run.",
        ),
    ],
    assignments: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="Set a parameter in all runs.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Run on the Dask cluster of this scheduler, tcp://HOST:PORT."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Runs at a time; one for each core if not given.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for journal and results; build/sweeps/NOTEBOOK if not given."),
    ] = None,
    timeout: Annotated[int, typer.Option(min=1, metavar="S", help="Seconds that one cell may take.")] = 600,
    keep_notebooks: Annotated[
        bool, typer.Option("--keep-notebooks", help="Keep the executed notebook of each run in DIR/executed.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run those that failed before once more.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the runs that are kept in DIR.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs there are, and which.")] = False,
) -> None:
    """Execute a notebook with every combination of parameters; write one table of its verdicts.

    Each run is kept in a journal as it ends: the same command goes on where it was stopped.
    """
    from onewaytrade.runner import notebooks, report, sweep_report
    from onewaytrade.runner import sweep as sweeps

    root = project.root()
    (path,) = notebooks.choose(root, [name])
    planned = sweeps.plan(path, grid, assignments or [])
    console = report.console()
    if dry_run:
        sweep_report.tell(console, planned)
        return
    folder = (out or root / sweeps.FOLDER / path.stem).resolve()
    options = sweeps.Options(timeout, scheduler, jobs, keep_notebooks, retry_failed, fresh)
    try:
        with sweep_report.Bar(console) as progress:
            results = sweeps.sweep(planned, root, folder, options, progress)
    except KeyboardInterrupt:
        print("onewaytrade: interrupted; the same command goes on with the runs that are left.", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    sweep_report.summarise(console, results)
    if results.failed:
        raise typer.Exit(1)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the project; new, or empty.")],
) -> None:
    """Lay out a small project of one's own: another article, with two worked examples."""
    from onewaytrade import starter

    for path in starter.lay_out(folder):
        print(path)
    print(f"The project is laid out. Next: onewaytrade run --project {folder}")


@app.command()
def claims(
    claim: Annotated[
        str | None, typer.Argument(metavar="CLAIM", help="Show the evidence of this one, row by row.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """List the register of claims with their last verdicts, or the evidence of one."""
    from onewaytrade import claims as register
    from onewaytrade import evidence
    from onewaytrade.runner import verdicts

    if claim is not None:
        print(evidence.as_json(claim) if as_json else evidence.told(claim))
        return
    latest = {verdict["claim"]: verdict for verdict in verdicts.read(project.root() / "build" / verdicts.FILE)}
    if as_json:
        import json

        listed = [
            {
                "claim": one.id,
                "paraphrase": one.paraphrase,
                "paragraph": one.paragraph,
                "printed": one.printed_text,
                "notebook": one.notebook,
                "verdict": latest.get(one.id),
            }
            for one in register.register().values()
        ]
        print(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    for one in register.register().values():
        verdict = latest.get(one.id)
        word = "not yet run" if verdict is None else verdict["verdict"]
        print(f"{one.id} (paragraph {one.paragraph}, {one.notebook}): {word}")
        print(f"    {one.paraphrase} Printed: {one.printed_text}.")


@app.command()
def definitions(
    claim: Annotated[
        str, typer.Argument(metavar="CLAIM", help="The id of a claim; onewaytrade claims lists them.")
    ],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every definition to this file as well.")
    ] = None,
) -> None:
    """Show what every defensible definition of a claim gives: how many, their range, the most telling."""
    from onewaytrade import definitions as judging
    from onewaytrade import files, grids
    from onewaytrade.runner import report

    found = judging.grid(claim)
    report.definitions(report.console(), found, judging.judge(claim))
    if csv is not None:
        files.write_text(csv, grids.csv([found]))
        print(f"Every definition: {csv}")


@app.command()
def compare(
    then: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="EDITION",
            help="An edition of CPB's table, DATASET=EDITION (may be repeated), pinned or latest; else pinned.",
        ),
    ] = None,
    now: Annotated[
        list[str] | None, typer.Option("--to", metavar="EDITION", help="The same; latest if not given.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the comparison to this file as Markdown as well.")
    ] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write every claim to this file as JSON as well.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the figures that move to this file (PNG) as well.")
    ] = None,
) -> None:
    """Judge every claim on other editions, beside the verdict then, with the cause of each difference."""
    from onewaytrade import files, verdict_changes
    from onewaytrade.errors import ParameterError
    from onewaytrade.runner import report

    found = verdict_changes.compare(
        verdict_changes.editions_of(then or [], "pinned"), verdict_changes.editions_of(now or [], "latest")
    )
    report.changes(report.console(), found)
    contents: dict[Path, bytes] = {}
    if markdown is not None:
        contents[markdown] = verdict_changes.markdown(found).encode()
    if as_json is not None:
        contents[as_json] = verdict_changes.as_json(found).encode()
    if chart is not None:
        try:
            contents[chart] = verdict_changes.chart(found).png()
        except ParameterError as error:
            # A month in which nothing moves is no failure, and the other files are wanted all the same.
            print(f"{str(error).rstrip('.')}; {chart} was not written.")
    files.write_together(contents)
    for path in contents:
        print(f"Written: {path}")


@app.command()
def pin(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="A dataset; onewaytrade data list names them.")
    ],
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="The edition to pin it to, or latest.")],
    keep_verdicts: Annotated[
        bool, typer.Option(help="Keep the verdicts until now in data/verdicts/.", show_default=True)
    ] = True,
) -> None:
    """Pin a dataset to another edition, in the manifest and in every claim that rests on it."""
    from onewaytrade import pinning

    print(pinning.pin(dataset, edition, keep_verdicts=keep_verdicts))


@app.command()
def add(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="What the file is: cpb, gacc-partners, gacc-commodities, gacc-totals, fred, comtrade, census, or "
            "table (a tidy CSV with NAME.schema.json beside it).",
        ),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The publisher's file, as it was downloaded.")],
    edition: Annotated[
        str | None,
        typer.Option(metavar="E", help="Edition (2026-12 or 2026-12-10), where the file does not say it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, check and compare; write nothing.")] = False,
) -> None:
    """Add a publisher's file to the data as a new edition; what is there stays, and no pin moves."""
    from onewaytrade.runner import report
    from onewaytrade.sources import adding

    report.added(report.console(), adding.add(source, file, edition=edition, dry_run=dry_run))


@app.command()
def fetch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="What to fetch: cpb, gacc-partners, gacc-commodities, gacc-totals, fred, comtrade or census.",
        ),
    ],
    edition: Annotated[
        str | None,
        typer.Option(
            metavar="E",
            help="Edition (2026-02 of cpb); if not given, of cpb the month after the newest at hand, of fred, "
            "comtrade and census the day of the download.",
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            metavar="NAME=VALUE",
            help="What to ask for: series of fred; reporters, partners and period of comtrade; may be repeated.",
        ),
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of the file, if it is not where it usually is.")
    ] = None,
    addresses: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="YAML file of other addresses by source; ONEWAYTRADE_ADDRESSES can name one as well.",
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Download anew, even if it is in the cache.")] = False,
    only: Annotated[
        Path | None,
        typer.Option("--download-only", metavar="DIR", help="Keep the file in this folder, and add nothing."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Download, read, check and compare; add nothing.")
    ] = False,
) -> None:
    """Download a publisher's newest file, or the edition named, and add it to the data.

    Downloads are kept in a cache (ONEWAYTRADE_CACHE names its folder). Comtrade asks for a key, which is read from
    COMTRADE_API_KEY.
    """
    from onewaytrade.runner import report
    from onewaytrade.sources import fetching

    values = fetching.assigned(assignments or [])
    console = report.console()
    with report.Download(console) as progress:
        done = fetching.fetch(
            fetching.Order(source, edition, values, address, addresses),
            again=again,
            dry_run=dry_run,
            keep=only,
            progress=progress,
        )
    print(done.sentence)
    if done.added is not None:
        report.added(console, done.added)


@data_app.command("compare")
def data_compare(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="Name of a dataset; onewaytrade data list shows them.")
    ],
    start: Annotated[
        str | None, typer.Option("--from", metavar="E", help="Edition; the one before --to if not given.")
    ] = None,
    end: Annotated[str, typer.Option("--to", metavar="E", help="Edition, pinned or latest.")] = "latest",
) -> None:
    """Show what changed from one edition of a dataset to another, over the rows that both have."""
    from onewaytrade import datasets
    from onewaytrade.runner import report
    from onewaytrade.sources import comparing

    new = datasets.resolve(dataset, end)
    old = datasets.before(dataset, new) if start is None else datasets.resolve(dataset, start)
    report.comparison(report.console(), comparing.editions(dataset, old, new, project.root()))


@data_app.command("list")
def data_list() -> None:
    """List the datasets and their editions."""
    from onewaytrade import datasets

    for name in datasets.names():
        editions = datasets.editions(name)
        span = editions[0] if len(editions) == 1 else f"{len(editions)} editions, {editions[0]} to {editions[-1]}"
        print(f"{name}: {span}; pinned {datasets.resolve(name, 'pinned')}")


@data_app.command("check")
def data_check() -> None:
    """Check every file of the data against its checksum and its schema."""
    from onewaytrade import datasets

    faults = datasets.check()
    for fault in faults:
        print(fault)
    if faults:
        raise typer.Exit(1)
    names = datasets.names()
    count = sum(len(datasets.editions(name)) for name in names)
    print(f"All {count} files of {len(names)} datasets are sound.")


@app.command()
def site(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the pages; build/site if not given.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the pages will lie, ending with a slash; else as in site.yml."),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(metavar="OWNER/NAME", help="The project on GitHub, for links to it; else as in site.yml."),
    ] = None,
) -> None:
    """Make the website of the executed notebooks."""
    from onewaytrade import site as pages
    from onewaytrade.site import settings

    root = project.root()
    told = settings.load(root, address=address, repository=repository)
    build = root / "build"
    pages.build(build / "notebooks", out or build / "site", told)
    if told.address == settings.SERVED:
        print(
            f"Sitemap, feed and previews name {settings.SERVED}, since no address is known: --address, or "
            f"{settings.FILE}, says where the pages will lie; everything else works anywhere.",
            file=sys.stderr,
        )


@app.command("site-lite")
def site_lite(
    student: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Folder of students' notebooks; build/teaching/student if not given."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for JupyterLite; build/lite if not given.")
    ] = None,
) -> None:
    """Make JupyterLite of the lessons, in which a browser alone runs them; onewaytrade site puts it in."""
    from onewaytrade.teaching import lite

    made = project.root() / "build"
    place = out or made / "lite"
    lite.build(student or made / "teaching" / "student", place)
    print(f"The lessons for a browser: {place} (onewaytrade site puts them in, onewaytrade serve shows them)")


@app.command()
def serve(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of the pages; build/site if not given.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port of this machine; 0 takes any that is free.")
    ] = 8000,
) -> None:
    """Show the website on this machine, until Ctrl-C."""
    from onewaytrade.site import serving

    serving.serve(folder or project.root() / "build" / "site", port)


@app.command()
def teach(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="LESSON", help="Number or stem of a lesson; all if none is given."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the editions; build/teaching if not given.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Lessons at a time; one for each core if not given.")
    ] = None,
) -> None:
    """Make of each lesson its editions: student, solutions, autograder, slides and handout."""
    from onewaytrade.runner import collection, notebooks, report
    from onewaytrade.teaching import editions, masters

    root = project.root()
    folder = out or root / "build" / "teaching"
    console = report.console()
    cells = notebooks.code_cells(masters.choose(root, names or []))
    progress = report.Bar(console, cells) if console.is_terminal else report.Lines(console)
    made = editions.make(root, names or [], folder, jobs or collection.cores(), progress)
    report.taught(console, made, folder)
    editions.require_all(made)


@app.command()
def mark(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with the students' notebooks.")],
    lesson: Annotated[
        int | None, typer.Option(metavar="N", help="Lesson of the notebooks that do not say which they are.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the marks; FOLDER-marks, beside FOLDER, if not given."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Notebooks at a time; one for each core if not given.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.5, metavar="S", help="Seconds that a notebook may compute.")
    ] = 10.0,
    memory: Annotated[int, typer.Option(min=64, metavar="M", help="Megabytes that a notebook may use.")] = 1024,
) -> None:
    """Mark a folder of students' notebooks offline: marks, a gradebook, a report on the class.

    Each notebook runs in a process of its own with bounds on time and memory, and without a network and other
    people's files where the system can; which of these walls stand is said at the start.
    """
    from onewaytrade.runner import collection
    from onewaytrade.teaching import marking
    from onewaytrade.teaching.marking import console, walls

    order = marking.Order(folder, out, lesson, jobs or collection.cores(), walls.Limits(seconds, memory))
    try:
        with console.Bar() as bar:
            found = marking.mark(order, bar.progress)
    except KeyboardInterrupt:
        print(
            "onewaytrade: interrupted; no marks were written, and those that there were are kept.", file=sys.stderr
        )
        raise typer.Exit(_INTERRUPTED) from None
    console.summarise(found, order.place)


@app.command()
def readme(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; status 1 if it is stale.")] = False,
) -> None:
    """Write the table of verdicts into README.md."""
    from onewaytrade import readme as page
    from onewaytrade.runner import verdicts

    root = project.root()
    found = verdicts.read(root / "build" / verdicts.FILE)
    if not found:
        raise OneWayTradeError("There are no verdicts in build/ to write into README.md: run the notebooks first.")
    if not check:
        page.update(root, found)
        return
    text = (root / "README.md").read_text(encoding="utf-8")
    if page.render(text, found) != text:
        print("README.md is stale: onewaytrade readme brings it up to date.", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def publish(names: Names = None) -> None:
    """Copy executed notebooks from build/ over those in notebooks/."""
    from onewaytrade.runner import notebooks
    from onewaytrade.runner import publish as publishing

    root = project.root()
    changed = publishing.publish(notebooks.choose(root, names or []), root / "build" / "notebooks")
    print(f"Published: {', '.join(changed)}." if changed else "Nothing to publish: the outputs are the same.")
