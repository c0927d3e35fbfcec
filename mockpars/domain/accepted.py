"""The values PARS accepts: activity formats, credit types, and each board's MOC credit types."""

from __future__ import annotations

from decimal import Decimal

QUARTER = Decimal("0.25")
"""Credits and MOC points come in steps of a quarter (A6, A7)."""

ACTIVITY_FORMATS: frozenset[str] = frozenset(
    {
        "Course",
        "Regularly Scheduled Series",
        "Internet Live Course",
        "Enduring Material",
        "Internet Enduring Material",
        "Internet Activity Enduring Material",
        "Internet (Activity) Enduring Material",
        "Journal-based CME",
        "Manuscript Review",
        "Test Item Writing",
        "Committee Learning",
        "Performance Improvement",
        "Internet Searching and Learning",
        "Learning from Teaching",
        "Other",
    }
)
"""A8; the reference writes 'Internet Enduring Material' (A2), ACCME's list puts '(Activity)' in it."""

AMA_PRA_CATEGORY_1 = frozenset({"AMA PRA Category 1", "AMA PRA Category 1 Credit"})
"""Activities are certified with the first, learner records claim the second (A2, L1); both are taken."""

MOC_CREDIT_TYPES: dict[str, tuple[str, ...]] = {
    "ABA": ("Lifelong Learning", "Patient Safety"),
    "ABIM": ("Medical Knowledge", "Practice Assessment", "Patient Safety"),
    "ABOHNS": ("Self-Assessment", "Lifelong Learning", "Patient Safety", "Improvement in Medical Practice"),
    "ABOS": ("Lifelong Learning", "Self-Assessment"),
    "ABP": ("Lifelong Learning and Self-Assessment", "Improving Professional Practice"),
    "ABPATH": ("Lifelong Learning", "Self-Assessment", "Improvement in Medical Practice", "Patient Safety"),
    "ABS": ("Accredited CME", "Self-Assessment"),
    "ABTS": ("Lifelong Learning", "Self-Assessment"),
}
"""Board-specific MOC credit types. ACCME's Appendix G is not public: assumed from the boards' own pages (D22)."""
