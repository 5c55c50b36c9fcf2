"""Prints those of the given ids of BPF links that are still attached, one a line."""
import ctypes
import errno
import platform
import sys

BPF_LINK_GET_FD_BY_ID = 30
SYSCALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]

libc = ctypes.CDLL(None, use_errno=True)
for link in sys.argv[1:]:
    attributes = (ctypes.c_uint32 * 32)(int(link))
    if libc.syscall(SYSCALL, BPF_LINK_GET_FD_BY_ID, attributes, ctypes.sizeof(attributes)) >= 0:
        print(link)
    elif ctypes.get_errno() != errno.ENOENT:
        sys.exit(f"link {link}: errno {ctypes.get_errno()}")
