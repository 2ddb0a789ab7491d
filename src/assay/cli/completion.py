"""Completion of commands and options in a shell."""

from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print what makes a shell complete commands and options. In bash: source <(assay completion bash)"""
    from assay.cli.app import app  # which names this command
    from assay.cli.output import console

    console.file.write(app.generate_completion(prog_name="assay", shell=shell))
