"""The file that DIRAC's installer runs; ``integration_tests/test_installer_sql.py`` runs it on MariaDB."""

from . import installer_sql


def test_file_of_the_installer_is_made_from_the_schema():
    assert installer_sql.FILE.read_text() == installer_sql.text(), "run python -m tests.installer_sql"


def test_installer_can_split_the_file_at_semicolons():
    # as ComponentInstaller.installDatabase does it
    lines = [line.strip() for line in installer_sql.FILE.read_text().split("\n") if line.strip()]
    commands = [part.strip() for part in "\n".join(x for x in lines if not x.startswith("--")).split(";")]
    assert commands.pop() == ""
    assert all(command.startswith(("CREATE TABLE IF NOT EXISTS", "INSERT INTO")) for command in commands)
