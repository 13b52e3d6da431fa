"""Folding of library frames."""

from __future__ import annotations

import pytest

from logister_core.error_groups.frame_runs import frame_runs, library_of
from logister_core.error_groups.frames import frames_of


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("/srv/app/.venv/lib/python3.11/site-packages/django/core/base.py", "django"),
        ("/srv/app/.venv/lib/python3.11/site-packages/six.py", "six"),
        ("C:\\venv\\Lib\\site-packages\\kombu\\pool.py", "kombu"),
        ("/usr/lib/python3.11/json/decoder.py", "python"),
        ("/srv/app/node_modules/@babel/core/lib/index.js", "@babel/core"),
        ("node_modules/express/lib/router.js", "express"),
        ("/usr/local/bundle/gems/rails-7.1.2/lib/rails.rb", "rails"),
        ("/srv/app/shop/orders.py", None),
        ("<frozen runpy>", None),
    ],
)
def test_libraries_are_named_by_their_folder(file, library):
    assert library_of(file) == library


def test_library_frames_between_application_frames_fold_into_one_line():
    django = "/x/site-packages/django/core/base.py"
    files = [
        "/srv/app/wsgi.py",
        django,
        django,
        "/usr/lib/python3.11/contextlib.py",
        "/srv/app/shop/orders.py",
        "<frozen runpy>",
    ]

    runs = frame_runs(frames_of({"exception": {"frames": [{"filename": file, "lineno": 1} for file in files]}}))

    assert [run.label for run in runs] == ["1 frame", "3 frames in django, python", "1 frame", "1 frame"]
    assert [run.application for run in runs] == [True, False, True, False]
    assert [index for run in runs for index, _ in run.frames] == [0, 1, 2, 3, 4, 5]


def test_no_frames_fold_into_nothing():
    assert frame_runs([]) == []
