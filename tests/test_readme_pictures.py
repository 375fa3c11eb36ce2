"""The README's pictures show what is printed now."""

from pathlib import Path

from tests.browser.portraits import FOLDER, TOP, demo, source_of, taken_of


def test_each_picture_was_taken_of_what_the_demo_shows(tmp_path: Path) -> None:
    """If it fails, `make pictures` takes them anew, which needs a browser; look at them before you commit them."""
    sources = {name: source_of((FOLDER / f"{name}.png").read_bytes()) for name in ("comment", "page")}
    assert sources == {name: taken_of(text) for name, text in demo(tmp_path).items()}


def test_the_readme_shows_each_picture_with_words_for_who_cannot_see_it() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    for picture in FOLDER.iterdir():
        before, found, _ = readme.partition(f"](docs/pictures/{picture.name})")
        assert found
        assert len(before.rpartition("![")[2]) > 40
