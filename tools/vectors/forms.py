"""Area `findings` [CLOSE-2] [CLOSE-3]: what cannot be right on a paper form, by hand."""

from collections.abc import Iterator

from tools.vectors.form import Vector, good

Row = tuple[str, str, dict[str, int], dict[str, int | bool], list[str]]
ONE: dict[str, int | bool] = {"layouts": 1, "contests": 1, "joined": False, "papers": 100, "valid": 90}
CASES: tuple[Row, ...] = (
    ("none-empty", "a form that says nothing", {}, {}, []),
    (
        "none-full",
        "a form where everything is right",
        {
            "collected": 100,
            "delivered": 130,
            "invalid": 10,
            "issued": 105,
            "proxies": 5,
            "registered": 200,
            "spoiled": 5,
            "unused": 20,
            "valid": 90,
        },
        {},
        [],
    ),
    (
        "balance-more",
        "one paper more than delivered",
        {"delivered": 129, "issued": 105, "spoiled": 5, "unused": 20},
        {},
        ["F_BALANCE"],
    ),
    (
        "balance-less",
        "one paper less",
        {"delivered": 131, "issued": 105, "spoiled": 5, "unused": 20},
        {},
        ["F_BALANCE"],
    ),
    ("balance-not-known", "unused was not counted", {"delivered": 129, "issued": 105, "spoiled": 5}, {}, []),
    ("balance-zeros", "zero is known", {"delivered": 1, "issued": 0, "spoiled": 0, "unused": 0}, {}, ["F_BALANCE"]),
    ("collected-issued", "more collected than issued", {"collected": 100, "issued": 99}, {}, ["F_COLLECTED_ISSUED"]),
    ("collected-issued-equal", "as many as issued", {"collected": 100, "issued": 100}, {}, []),
    (
        "collected-registered",
        "more collected than registered",
        {"collected": 100, "registered": 99},
        {},
        ["F_COLLECTED_REGISTERED"],
    ),
    ("collected-registered-equal", "everybody came", {"collected": 100, "registered": 100}, {}, []),
    ("counted-collected", "counted papers differ", {"collected": 101}, {}, ["F_COUNTED_COLLECTED"]),
    ("counted-collected-less", "also if fewer were collected", {"collected": 99}, {}, ["F_COUNTED_COLLECTED"]),
    (
        "counted-collected-layouts",
        "with two kinds of paper nothing can be said",
        {"collected": 101},
        {"layouts": 2},
        [],
    ),
    ("counted-collected-joined", "nor when tables joined", {"collected": 101}, {"joined": True}, []),
    ("counted-valid", "valid papers differ", {"valid": 91}, {}, ["F_COUNTED_VALID"]),
    ("counted-valid-contests", "with two contests nothing can be said", {"valid": 91}, {"contests": 2}, []),
    ("counted-valid-joined", "nor when tables joined", {"valid": 91}, {"joined": True}, []),
    ("proxies", "more proxies than papers issued", {"proxies": 3, "issued": 2}, {}, ["F_PROXIES_ISSUED"]),
    ("proxies-equal", "all by proxy", {"proxies": 2, "issued": 2}, {}, []),
    (
        "valid-invalid",
        "valid and invalid are not the collected",
        {"valid": 90, "invalid": 9, "collected": 100},
        {},
        ["F_VALID_INVALID"],
    ),
    (
        "all",
        "everything wrong at once, in ascending order",
        {
            "collected": 300,
            "delivered": 1,
            "invalid": 1,
            "issued": 2,
            "proxies": 3,
            "registered": 4,
            "spoiled": 5,
            "unused": 6,
            "valid": 7,
        },
        {},
        [
            "F_BALANCE",
            "F_COLLECTED_ISSUED",
            "F_COLLECTED_REGISTERED",
            "F_COUNTED_COLLECTED",
            "F_COUNTED_VALID",
            "F_PROXIES_ISSUED",
            "F_VALID_INVALID",
        ],
    ),
)


def vectors() -> Iterator[Vector]:
    """Forms and what is found on them."""
    for what, comment, paper, context, found in CASES:
        yield good("findings", what, comment, {"paper": paper, **ONE, **context}, {"findings": found})
