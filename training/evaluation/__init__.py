"""`mammoscope evaluate`: the served analysis, file in and document out, judged on patients that no training saw."""
