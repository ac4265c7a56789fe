"""How the report looks, on the screen and on A4."""

STYLE = """
@page { size: A4; margin: 12mm; }
:root { color-scheme: light; }
body { font: 15px/1.45 sans-serif; color: #1a1a1a; background: #fff; max-width: 1100px; margin: 0 auto;
  padding: 0 16px 48px; }
.notice { background: #000; color: #fff; font-weight: 700; text-align: center; padding: 6px; margin: 0 -16px 16px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
h1 { font-size: 26px; margin: 12px 0 4px; }
h2 { font-size: 21px; border-bottom: 2px solid #0b5cad; margin: 36px 0 8px; }
h3 { font-size: 16px; margin: 24px 0 4px; } h4 { font-size: 14px; margin: 12px 0 4px; } p { margin: 4px 0 8px; }
.small, figcaption { font-size: 13px; color: #444; } code { font-size: 13px; overflow-wrap: anywhere; }
nav a { margin-right: 16px; } a { color: #0b5cad; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0 12px; font-size: 14px; }
caption { text-align: left; font-weight: 600; padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid #ddd; }
th { font-weight: 400; font-size: 13px; color: #444; border-bottom: 1px solid #888; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } td .range { color: #555; }
td.met { background: #e3f2e6; } td.not-met { background: #fbe3df; } td.open { background: #f3f0dc; }
td.none { color: #555; } td.met, td.not-met, td.open, td.none { padding-left: 8px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.beside { display: flex; flex-wrap: wrap; gap: 0 24px; align-items: flex-start; }
.plots, .pictures { display: flex; flex-wrap: wrap; gap: 12px; margin: 8px 0; }
figure { margin: 0; } .plots figure, .plots img { width: 340px; height: auto; } .pictures figure { width: 260px; }
.pictures img { max-width: 260px; max-height: 300px; display: block; background: #000; }
@media print {
  body { font-size: 9.5pt; max-width: none; padding: 0; } table { font-size: 8.5pt; }
  .plots figure, .plots img { width: 58mm; }
  .wide { overflow: visible; } h2 { break-before: page; } h2.first { break-before: auto; }
  h3 { break-after: avoid; } tr, figure { break-inside: avoid; }
  .pictures figure { width: 42mm; } .pictures img { max-width: 42mm; max-height: 50mm; } }
"""
