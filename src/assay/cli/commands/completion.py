"""Completion of commands and options in a shell."""

from typing import Annotated, Literal

from cyclopts import Parameter


def completion(shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="The shell.")], /) -> None:
    """Print the script that makes a shell complete commands and options. In bash: source <(assay completion bash)"""
    from assay.cli.app import app  # which names this command
    from assay.cli.output import console

    console.file.write(app.generate_completion(prog_name="assay", shell=shell))
