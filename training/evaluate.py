"""`mammoscope evaluate`, see training/evaluation/command.py."""

from __future__ import annotations

from training.evaluation.command import main

__all__ = ["main"]
