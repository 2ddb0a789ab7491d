"""An owner of a data folder that takes a while to stop: what its servers write last is the file `written`."""

import os
import signal
import sys
import time
from pathlib import Path

from assay.clock import now
from assay.runtime import ownership, state
from assay.runtime.process import start_time

if __name__ == "__main__":
    home = Path(sys.argv[1])
    home.mkdir()
    lock = ownership.HomeLock.try_take(home)
    assert lock
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    pid = os.getpid()
    state.write(home, state.RunningState(pid, start_time(pid) or 0, now(), None, None, {}))
    try:
        print("ready", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        state.state_file(home).unlink()
        time.sleep(1)
        (home / "written").touch()
