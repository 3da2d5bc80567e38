"""Which version this is."""


def installed_version() -> str:
    """The version of the installed package; sources that were never installed have none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("common-hours")
    except PackageNotFoundError:
        return "(not installed, run from its sources)"
