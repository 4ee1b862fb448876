"""What is invisible is shown; what a script needs is left alone."""

import pytest

from mcp_catalogue.pages.text import direction, rounded, shorten, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\x00b", "a[U+0000]b"),
        ("a\x1b[31m", "a[U+001B][31m"),
        ("pay\u200bpal", "pay[U+200B]pal"),
        ("a\u200db", "a[U+200D]b"),
        ("x" + "\u200b" * 5, "x[U+200B x5]"),
        ("a\U000e0068\U000e0069b", "a[hidden tag text: hi]b"),
        ("\U000e003cscript", "[hidden tag text: [U+003C]]script"),
        ("a\ufe0f\ufe0f", "a[U+FE0F][U+FE0F]"),
        ("\ufeffa\u2028b", "[U+FEFF]a[U+2028]b"),
        ("\ufffe\ufdd0", "[U+FFFE][U+FDD0]"),
        ("tab\tline\n", "tab\tline\n"),
    ],
)
def test_hidden_characters_are_spelled(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "\u53d6\u6d88\u8ba2\u5355",
        "\U0001f469\u200d\U0001f4bb",
        "\u2764\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648",
        "\u0915\u094d\u200d\u0937",
        "na\u00efve \u2014 \u201cquoted\u201d \u2026",
        "1\ufe0f\u20e3",
    ],
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert visible(text) == text


def test_a_lone_surrogate_becomes_writable() -> None:
    assert visible("a\ud800b") == "a[U+D800]b"


@pytest.mark.parametrize(
    ("text", "found"),
    [("abc", "ltr"), ("\u05e9\u05dc", "rtl"), ("123 \u0645\u0631", "rtl"), ("a \u05e9", "ltr"), ("\u2026", "ltr")],
)
def test_direction_follows_the_first_strong_letter(text: str, found: str) -> None:
    assert direction(text) == found


def test_a_long_line_is_cut_at_a_word() -> None:
    assert shorten("one two three four", 12) == "one two\u2026"
    assert shorten("first line\nsecond", 40) == "first line"
    assert shorten(None) == ""


def test_counts_are_rounded_down_to_two_digits() -> None:
    assert [rounded(n) for n in (7, 99, 123, 45_678)] == ["7", "99", "about 120", "about 45,000"]
