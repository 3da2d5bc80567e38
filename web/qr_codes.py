"""QR codes as drawings inside a page: what a phone's camera reads off a screen or a sheet of paper."""

from markupsafe import Markup

QUIET_SQUARES = 4
"""The empty rim that ISO/IEC 18004 asks for."""


def qr_code(data: bytes, title: str) -> Markup | None:
    """The bytes as a drawing, dark on light in every mode; None when they are more than one code can hold (2,953 bytes).

    The weakest correction of errors, so that the squares are as large as can be: what is read is checked by its signature.
    The pattern over the squares is fixed: trying all eight takes four times as long, and what is signed looks random anyway.
    """
    # Loading it takes longer than everything else on a page, and few pages show a code.
    import segno

    try:
        code = segno.make_qr(data, error="l", boost_error=False, mask=0)
    except segno.DataOverflowError:
        return None
    drawn = code.svg_inline(omitsize=True, border=QUIET_SQUARES, dark="#000", light="#fff", svgclass="qr", title=title)
    return Markup(drawn)  # noqa: S704 - the library escapes the title, and everything else in it is numbers
