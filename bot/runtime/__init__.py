"""Starting and keeping alive what serves a county: first start, Rasa, servers, workers."""
