"""The command `onewaytrade`: each subcommand is a few lines over the modules that do the work.

Nothing heavy is imported here, so that `--help` answers at once: a command imports what it needs.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from onewaytrade import project
from onewaytrade.errors import OneWayTradeError

_INTERRUPTED = 130

app = typer.Typer(
    name="onewaytrade",
    help="Recompute every checkable claim of a news article about China's trade from published data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="List the datasets, or check them.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(data_app, name="data")


def main() -> None:
    """Run the command; an error meant for the user is one sentence on stderr, and status 2."""
    try:
        app()
    except OneWayTradeError as error:
        print(f"onewaytrade: {error}", file=sys.stderr)
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
        typer.Option("--project", metavar="DIR", help="The project's folder, if it is not this one or above."),
    ] = None,
    version: Annotated[  # noqa: ARG001 # the callback has shown it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    if folder is not None:
        project.use(folder)


@app.command()
def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTEBOOK]...", help="Stem, beginning of a stem, or path; all if none is given."),
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at a time.", show_default="one for each core")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the results.",
            show_default="build, or build/runs/… with other parameters",
        ),
    ] = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that one cell may take.")] = 600,
) -> None:
    """Execute notebooks, and write them, their figures' tables and the verdicts."""
    from onewaytrade import claims, definitions
    from onewaytrade.runner import collection, notebooks, parameters, report, verdicts

    root = project.root()
    paths = notebooks.choose(root, names or [])
    given = parameters.assign(paths, assignments or [])
    for path in paths:
        if given[path.stem]:
            parameters.validate(path, given[path.stem], definitions.check_parameters)
    slug = parameters.slug(given)
    results = collection.Results(
        (out or (root / "build" / "runs" / slug if slug else root / "build")).resolve(),
        order=tuple(claims.register()),
    )
    console = report.console()
    progress = report.Bar(console, notebooks.code_cells(paths)) if console.is_terminal else report.Lines(console)
    try:
        with progress:
            outcomes = collection.run(
                root,
                {path: given[path.stem] for path in paths},
                results,
                jobs=jobs or collection.cores(),
                timeout=timeout,
                progress=progress,
            )
    except KeyboardInterrupt:
        print("onewaytrade: interrupted; the notebooks that had ended are kept.", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    report.summarise(console, outcomes, results)
    if not slug:
        report.scoreboard(console, verdicts.read(results.verdicts))
    if any(outcome.failure for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def claims(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """List the register of claims with their last verdicts."""
    from onewaytrade import claims as register
    from onewaytrade.runner import verdicts

    latest = {verdict["claim"]: verdict for verdict in verdicts.read(project.root() / "build" / verdicts.FILE)}
    if as_json:
        import json

        listed = [
            {
                "claim": claim.id,
                "paraphrase": claim.paraphrase,
                "paragraph": claim.paragraph,
                "printed": claim.printed_text,
                "notebook": claim.notebook,
                "verdict": latest.get(claim.id),
            }
            for claim in register.register().values()
        ]
        print(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    for claim in register.register().values():
        verdict = latest.get(claim.id)
        word = "not yet run" if verdict is None else verdict["verdict"]
        print(f"{claim.id} (paragraph {claim.paragraph}, {claim.notebook}): {word}")
        print(f"    {claim.paraphrase} Printed: {claim.printed_text}.")


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
        Path | None, typer.Option(metavar="DIR", help="Folder for the pages.", show_default="build/site")
    ] = None,
) -> None:
    """Make the website of the executed notebooks."""
    from onewaytrade import site as pages

    build = project.root() / "build"
    pages.build(build / "notebooks", out or build / "site")


@app.command()
def readme(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; status 1 if it is stale.")] = False,
) -> None:
    """Write the table of verdicts into README.md."""
    from onewaytrade import readme as page
    from onewaytrade.runner import verdicts

    root = project.root()
    stale = page.update(root, verdicts.read(root / "build" / verdicts.FILE), write=not check)
    if check and stale:
        print("README.md is stale: onewaytrade readme brings it up to date.", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def publish() -> None:
    """Copy the executed notebooks of build/ over those in notebooks/, so that they carry their outputs."""
    from onewaytrade.runner import publish as publishing

    root = project.root()
    changed = publishing.publish(root, root / "build" / "notebooks")
    print(f"Published: {', '.join(changed)}." if changed else "Nothing to publish: all outputs are the same.")
