"""Assay: what machines extract from a team's messages is weighed before it becomes knowledge."""

import os
from typing import Final

CALLS_NOBODY: Final = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}
"""Keeps libraries from reporting home, and from fetching what is missing. Set here, before any module of ours can
import one of them: onnxruntime looks once, at its import."""

os.environ.update(CALLS_NOBODY)
