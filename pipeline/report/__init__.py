"""The one-page report of an analysis, as PDF and as HTML to print; for a clinician to check, complete and sign.

It names no patient: the only reference is the id that the caller gives, which a server makes. There is a place for the
patient's label.
"""

from __future__ import annotations

from pipeline.report.analysis import pdf_of_analysis
from pipeline.report.content import Content, content_of
from pipeline.report.page import STYLE_HASH, report_html
from pipeline.report.pdf import report_pdf

__all__ = ["STYLE_HASH", "Content", "content_of", "pdf_of_analysis", "report_html", "report_pdf"]
