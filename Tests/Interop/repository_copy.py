"""A copy of the repository in which tests may break things."""

import contextlib
import os
import shutil
import subprocess
import tempfile

from harness import ROOT


class Copy:
    """A copy of the repository, with what is not committed yet."""

    def __init__(self):
        # Gone with the process: the copy is shared by all tests.
        self._folder = tempfile.TemporaryDirectory(prefix="kafkaclient-check-")
        self.root = self._folder.name
        listing = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"], capture_output=True,
            check=True).stdout.decode()
        for path in filter(None, listing.split("\0")):
            if os.path.isfile(os.path.join(ROOT, path)):
                os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
                shutil.copy2(os.path.join(ROOT, path), self.path(path))
        subprocess.run(["git", "init", "--quiet", self.root], check=True)

    def path(self, path):
        return os.path.join(self.root, path)

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "w") as f:
            f.write(text)

    def read(self, path):
        with open(self.path(path)) as f:
            return f.read()

    def run(self, *command, timeout=300):
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=timeout)

    @contextlib.contextmanager
    def changed(self, path, text, executable=False):
        """A file with another content, or (None) without it, for as long as the block takes."""
        target = self.path(path)
        folder = os.path.dirname(target)
        made_folder = not os.path.isdir(folder)
        aside = None
        if os.path.exists(target):
            aside = self.path(".git/aside")
            os.replace(target, aside)
        if text is not None:
            self.write(path, text)
            if executable:
                os.chmod(target, 0o755)
        try:
            yield
        finally:
            if text is not None:
                os.remove(target)
            if aside:
                os.replace(aside, target)
            if made_folder:
                os.rmdir(folder)

    @contextlib.contextmanager
    def changed_all(self, texts, executable=()):
        """As `changed`, many new files."""
        with contextlib.ExitStack() as stack:
            for path, text in texts.items():
                stack.enter_context(self.changed(path, text, path in executable))
            yield
