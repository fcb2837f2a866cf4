"""The cost of each step as the catalogue grows: filled by statements, measured through the project's own code.

`filling` makes a catalogue of a size in a MariaDB (`server`). `measuring` asks it the `questions` and does the `work`
once. `page` and `curves` make the documentation's page and picture.
"""
