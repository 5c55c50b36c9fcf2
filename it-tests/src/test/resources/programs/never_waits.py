"""Runs a command, gets all processes that this leaves behind, as the first process of a container does, and waits for
none of them: they stay zombies until this program ends, which it does not by itself."""
import ctypes
import signal
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36

libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit("prctl: errno %d" % ctypes.get_errno())
subprocess.run(sys.argv[1:])
signal.pause()
