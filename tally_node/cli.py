"""tally-node: the station's command line (init, enrol, install, open, box, count, ..., send, session).

Every command says what it did in Chinese and English; `--json` prints one object; exit codes are in
`commands/shell.py`.
"""

import typer

from tally_node.commands import counting, deciding, delivering, playing, setup

app = typer.Typer(
    name="tally-node",
    help="唱票计票点 / the counting desk: durable, signed, works without a network",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, command in (
    ("init", setup.init_command),
    ("enrol", setup.enrol_command),
    ("hand-in", setup.hand_in_command),
    ("collect", setup.collect_command),
    ("install", setup.install_command),
    ("renew", setup.renew_command),
    ("open", counting.open_command),
    ("box", counting.box_command),
    ("count", counting.count_command),
    ("void", counting.void_command),
    ("correct", counting.correct_command),
    ("close", counting.close_command),
    ("step", deciding.step_command),
    ("statement", deciding.statement_command),
    ("names", deciding.names_command),
    ("outcome", deciding.outcome_command),
    ("declaration", deciding.declaration_command),
    ("notice", deciding.notice_command),
    ("send", delivering.send_command),
    ("export", delivering.export_command),
    ("import", delivering.import_command),
    ("receipts", delivering.receipts_command),
    ("status", delivering.status_command),
    ("session", playing.session_command),
):
    app.command(name)(command)


def main() -> None:
    """Entry point of the program."""
    app()
