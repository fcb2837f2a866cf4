"""Configuration of Sphinx; `./dev docs` builds it, warnings are errors."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from PilotLoggingDIRAC import __version__

project = "PilotLoggingDIRAC"
author = "The PilotLoggingDIRAC developers"
version = release = __version__
html_title = f"{project} {release}"
html_theme = "furo"
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}
html_static_path = ["_static"]
html_css_files = ["guide.css"]
html_copy_source = False
html_show_copyright = False

extensions = ["sphinx.ext.autodoc", "decisions", "from_code"]
exclude_patterns = ["_build"]
nitpicky = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 100
