"""A node's data on a disk that is soon full: a tmpfs, mounted where only this process and its children see it."""

import ctypes
import functools
import os
import shutil
import signal
import subprocess

from harness import Skip, gone, wait_until
from kafka_admin import confluent
from kafka_cluster import FOLDER, await_shutdown, node_pid, signal_node, start_node

CLONE_NEWNS = 0x00020000
ROOM_BYTES = 16 << 30


@functools.cache
def own_mounts():
    """Mounts of this process end with it and its children."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "unshare"):
        raise Skip("a small disk needs Linux")
    if library.unshare(CLONE_NEWNS):
        raise Skip(f"a small disk has to be mounted, which is not allowed here: {os.strerror(ctypes.get_errno())}")
    mount("--make-rprivate", "/")


def mount(*arguments):
    ended = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if ended.returncode:
        raise Skip(f"a small disk has to be mounted, which is not possible here: {ended.stderr.strip()}")


class SmallDisk:
    def __init__(self, node, size):
        self.node, self.size = node, size
        self.data = os.path.join(FOLDER, f"node{node}", "data")
        self.aside = self.data + "-aside"
        self.is_mounted = False

    def mount(self):
        """Moves the data of the node, which is shut down and started for that."""
        own_mounts()
        self.stop()
        os.rename(self.data, self.aside)
        os.mkdir(self.data)
        try:
            mount("-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", self.data)
            self.is_mounted = True
            shutil.copytree(self.aside, self.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-delete"))
            shutil.rmtree(self.aside)
        except Skip:
            os.rmdir(self.data)
            os.rename(self.aside, self.data)
            raise
        finally:
            self.start()

    def free(self):
        """Bytes, as a program that is not root sees them."""
        found = os.statvfs(self.data)
        return found.f_bavail * found.f_frsize

    def grow(self):
        """Makes the disk so large that it is not full again."""
        mount("-o", f"remount,size={ROOM_BYTES}", self.data)

    def unmount(self):
        """Moves the data back, without that of topics that are deleted."""
        if not self.is_mounted:
            return
        self.stop()
        shutil.copytree(self.data, self.aside, ignore=shutil.ignore_patterns("*-delete"))
        # Threads of a process that has ended may still let go of their files.
        wait_until(lambda: subprocess.run(["umount", self.data], stderr=subprocess.DEVNULL).returncode == 0,
                   f"disk of node {self.node} that can be unmounted", 30)
        self.is_mounted = False
        os.rmdir(self.data)
        os.rename(self.aside, self.data)
        self.start()

    def stop(self):
        if not gone(node_pid(self.node), 0):
            signal_node(self.node, signal.SIGTERM)
        await_shutdown(self.node)

    def start(self):
        start_node(self.node)
        wait_until(lambda: self.node in confluent().list_topics(timeout=10).brokers, f"node {self.node} in the cluster", 60)
