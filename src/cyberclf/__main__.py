"""``python -m cyberclf``."""

import sys

__all__ = ["run"]


def run() -> None:
    """Run the command line; see `cyberclf.cli.main`."""
    try:
        from cyberclf.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    main()


if __name__ == "__main__":
    run()
