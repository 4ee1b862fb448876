"""The exit codes: one table, shown in the help, in the reference page, and tested."""

EXIT_CODES = {
    0: "done",
    1: "a threshold that was asked for was crossed",
    2: "wrong usage",
    3: "a known error, told in one line",
    130: "interrupted",
}
