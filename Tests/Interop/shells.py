"""kbench's completions in the shells they are for, and its manual page in man."""

import shutil
import subprocess

from harness import Skip, equal, expect, folder, kbench, test


def program(name):
    path = shutil.which(name)
    if not path:
        raise Skip(f"{name} is not installed")
    return path


def printed(*arguments):
    return kbench(*arguments).must_end_with(0).out


def output_of(*command, **options):
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
    expect(ended.returncode == 0 and not ended.stderr, f"{command[0]} ended with {ended.returncode}: {ended.stderr}")
    return ended.stdout


LINES = [
    # words of the line, the last of which is completed; what is offered
    (["kbench", "--stage", "n"], {"null"}),
    (["kbench", "--stage", "=", "bu"], {"build"}),
    (["kbench", "--codec", "lz4,z"], {"lz4,zstd"}),
    (["kbench", "--warmup"], {"--warmup-records", "--warmup-duration"}),
    (["kbench", "--calibrate", ""], {"auto", "always", "never"}),
    (["kbench", "broker", "--lo"], {"--log"}),
    (["kbench", "compare", "--base-b"], {"--base-binary"}),
    (["kbench", "find", "--res"], {"--resolution", "--resume"}),
    (["kbench", "find", "end"], {"end-to-end"}),
    (["kbench", "find", "end-to-end", "--cons"], {"--consumers"}),
    (["kbench", "end-to-end", "con"], set()),
    (["kbench", "ladder", "--code"], {"--codec"}),
    (["kbench", "run", "--resol"], set()),
    (["kbench", "broker", "--stage"], set()),
    (["kbench", "completions", ""], {"bash", "zsh", "fish"}),
    (["kbench", "compl"], {"completions"}),
]


@test("bash completes subcommands, options and values")
def bash():
    bash = program("bash")
    script = printed("completions", "bash") + '\nCOMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _kbench; printf "%s\\n" "${COMPREPLY[@]}"\n'
    for words, expected in LINES:
        found = set(output_of(bash, "-c", script, "bash", *words).split())
        equal(found, expected, f"what is offered for {words}")


@test("fish completes subcommands, options and values")
def fish():
    fish = program("fish")
    with folder() as here:
        with open(here + "/kbench.fish", "w") as f:
            f.write(printed("completions", "fish"))
        for line, expected in (("kbench --stage n", {"null"}), ("kbench --codec lz4,zs", {"lz4,zstd"}),
                               ("kbench broker --lo", {"--log"}), ("kbench compare --base-b", {"--base-binary"}),
                               ("kbench find --resol", {"--resolution"}), ("kbench ladder --code", {"--codec"}),
                               ("kbench run --resol", set()), ("kbench completions z", {"zsh"}),
                               ("kbench compl", {"completions"})):
            offered = output_of(fish, "-c", f"source {here}/kbench.fish; complete -C '{line}'")
            equal({each.split("\t")[0] for each in offered.splitlines()}, expected, f"what is offered for '{line}'")


@test("zsh takes the completions")
def zsh():
    zsh = program("zsh")
    with folder() as here:
        with open(here + "/_kbench", "w") as f:
            f.write(printed("completions", "zsh"))
        output_of(zsh, "-n", here + "/_kbench")
        loaded = output_of(zsh, "-fc", f"fpath=({here} $fpath); autoload -Uz compinit; compinit -u -d {here}/dump; "
                                       "print ${_comps[kbench]}")
        equal(loaded.strip(), "_kbench", "the function that completes kbench")


@test("the manual page has no warning and every option")
def manual():
    groff = program("groff")
    text = output_of(groff, "-man", "-ww", "-Tutf8", "-P-cbou", input=printed("man"))
    for word in ("NAME", "SYNOPSIS", "compare", "find", "ladder", "--gate", "--curve", "--service-time", "--bootstrap-server", "--payload-delimiter", "EXIT STATUS", "EXAMPLES", "130"):
        expect(word in text, f"'{word}' is not in the manual page")
