"""The module as a site: plain pages that need no kernel and no internet, and JupyterLite beside them."""
