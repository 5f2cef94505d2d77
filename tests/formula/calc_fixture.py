#!/usr/bin/env python3
"""Lets LibreOffice Calc answer the formulas below and keeps the answers in calc_answers.csv.

    python3 tests/formula/calc_fixture.py        (needs soffice; the test itself needs only the kept answers)
"""
import csv
import itertools
import pathlib
import subprocess
import tempfile
import xml.sax.saxutils

HERE = pathlib.Path(__file__).parent

numbers = ["0", "1", "-1", "2.5", "-2.5", "0.125", "1234.5678", "-1234.5678", "1e6", "99.995", "33"]
digits = ["0", "1", "2", "-1", "-2"]
dates = ["DATE(2024,1,31)", "DATE(2024,2,29)", "DATE(2025,12,31)", "DATE(2026,11,25)", "DATE(2026,3,1)", "DATE(2021,1,3)"]
texts = ['"Hanoi"', '"an giang"', '"Đặng Thị Ánh"', '"  two   words "', '"a-b-c-d"', '""']


def formulas():
    yield from ["-2^2", "0-2^2", "-(2^2)", "2^-2", "2^3^2", "10%+5%", "-2%", "50%^2", "2^200%", "200+10%", "1/0", "1/3", "2/3*3", "5-3-1", "100/10/5",
                "2+3*4", "(2+3)*4", "-3*-2", "1=1", "1<>1", "2>1", "2<=1", "1+1=2", '"a"="A"', '"a"<"b"', '"b">"A"', '"a"&"b"', '1&"x"', '"x"&1.5', "1.5e3+1", "--1", "+5", "3%%"]
    for f in ("ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC"):
        yield from (f"{f}({n}, {d})" for n in numbers for d in digits)
    for f in ("INT", "ABS", "SIGN", "EXP(0*%s)", "ISEVEN", "ISODD"):
        for n in numbers:
            yield f % n if "%s" in f else f"{f}({n})"
    yield from (f"SQRT({n})" for n in ["0", "1", "2", "16", "1234.5678", "1e6"])
    yield from (f"{f}({n})" for f in ("LN", "LOG10", "LOG") for n in ["1", "2", "10", "1000", "0.5", "0"])
    yield from ["LOG(8, 2)", "LOG(100, 10)", "LOG(2, 8)", "SQRT(-1)", "EXP(1)", "EXP(-2)", "POWER(2, 10)", "POWER(2, 0.5)", "POWER(-2, 3)", "POWER(4, -1)", "POWER(0, 2)"]
    yield from (f"MOD({a}, {b})" for a in ["7", "-7", "7.5", "0"] for b in ["2", "-2", "3", "0.5", "0"])
    yield from (f"QUOTIENT({a}, {b})" for a in ["7", "-7", "7.5"] for b in ["2", "-2", "0"])
    yield from (f"MROUND({a}, {b})" for a, b in [("17", "5"), ("12.5", "5"), ("-17", "-5"), ("7", "3"), ("1.3", "0.2"), ("10", "0")])
    yield from (f"{f}({a}, {b})" for f in ("CEILING", "FLOOR") for a, b in [("23", "5"), ("20", "5"), ("2.5", "1"), ("0.234", "0.01"), ("-4.5", "2"), ("-4.5", "-2"), ("0", "3")])
    yield from ["SUM(1, 2, 3)", "SUM(1.5, -1.5)", "AVERAGE(1, 2, 4)", "MIN(3, 1, 2)", "MAX(3, 1, 2)", "MEDIAN(1, 2, 10)", "MEDIAN(1, 2, 3, 10)", "COUNT(1, 2, 3)", 'COUNTA(1, "a", 2)', "MAX(-5, -2)"]
    yield from ['IF(1>0, "y", "n")', 'IF(1<0, "y", "n")', "IF(TRUE, 1, 1/0)", 'IFERROR(1/0, "e")', "IFERROR(5, 1)", 'IFS(1>2, "a", 2>1, "b")', 'SWITCH(2, 1, "a", 2, "b", "c")', 'SWITCH(9, 1, "a", "c")',
                'CHOOSE(2, "a", "b", "c")', "AND(TRUE, FALSE)", "AND(1<2, 2<3)", "OR(FALSE, TRUE)", "OR(1>2, 3>4)", "NOT(TRUE)", "XOR(TRUE, TRUE)", "XOR(TRUE, FALSE, FALSE)", "ISERROR(1/0)", "ISERROR(1)"]
    for t in texts:
        yield from (f"LEN({t})", f"UPPER({t})", f"LOWER({t})", f"PROPER({t})", f"TRIM({t})", f"LEFT({t}, 3)", f"RIGHT({t}, 3)", f"MID({t}, 2, 3)", f"LEFT({t})", f"MID({t}, 50, 3)",
                    f'SUBSTITUTE({t}, "a", "X")', f'SUBSTITUTE({t}, "-", "+", 2)', f'REPLACE({t}, 2, 2, "__")', f'EXACT({t}, "hanoi")', f'FIND("n", {t})', f'SEARCH("N", {t})', f"REPT({t}, 2)", f'{t}&"!"')
    yield from ['CONCAT("a", 1, "b")', 'TEXTJOIN("-", TRUE, "a", "", "b")', 'TEXTJOIN("-", FALSE, "a", "", "b")', 'VALUE("12.5")', 'VALUE("-3")', 'VALUE("x")', 'VALUE("12%")', 'FIND("b", "abcb", 3)', 'EXACT("a", "a")']
    for n in ["0", "1234.5678", "-1234.5", "0.5", "1e6", "0.005"]:
        yield from (f'TEXT({n}, "{f}")' for f in ["0", "0.00", "#,##0", "#,##0.00", "0%", "0.0%", "000000", "#.##"])
    for d in dates:
        yield from (f"YEAR({d})", f"MONTH({d})", f"DAY({d})", f"WEEKDAY({d})", f"WEEKDAY({d}, 2)", f"WEEKDAY({d}, 3)", f"WEEKNUM({d})", f"WEEKNUM({d}, 2)", f"WEEKNUM({d}, 21)", f"ISOWEEKNUM({d})",
                    f"DATE: {d}", f"DATE: {d}+30", f"DATE: {d}-400", f"DAYS({d}, DATE(2024,1,1))", f"{d}-DATE(2020,2,29)")
        yield from (f"DATE: {f}({d}, {m})" for f in ("EDATE", "EOMONTH") for m in ("1", "-1", "13", "-25", "0"))
        yield from (f'TEXT({d}, "{f}")' for f in ["yyyy-mm-dd", "dd/mm/yy", "d mmm yyyy", "mmmm d", "dddd", "ddd"])
        yield from (f"DATE: WORKDAY({d}, {n})" for n in ("1", "10", "-7"))
    yield from ["DATE: DATE(2026,13,1)", "DATE: DATE(2026,0,1)", "DATE: DATE(2026,3,0)", "DATE: DATE(2026,2,31)", "DATE: DATE(2024,-5,15)", "DATE(2026,1,1)<DATE(2026,1,2)"]
    for a, b in itertools.combinations(sorted(dates, key=lambda d: [int(x) for x in d[5:-1].split(",")]), 2):
        yield from (f'DATEDIF({a}, {b}, "{u}")' for u in ("Y", "M", "D", "YM", "YD"))
        yield from (f"NETWORKDAYS({a}, {b})", f"NETWORKDAYS({b}, {a})", f"NETWORKDAYS({a}, {b}, DATE(2025,1,1))")


def as_calc(formula):
    """Calc separates arguments by semicolons."""
    is_date = formula.startswith("DATE: ")
    out, quoted = "", False
    for c in formula.removeprefix("DATE: "):
        quoted ^= c == '"'
        out += ";" if c == "," and not quoted else c
    out = out.replace("TRUE", "TRUE()").replace("FALSE", "FALSE()")
    for name in ("IFS", "SWITCH", "CONCAT", "TEXTJOIN"):
        if out.startswith(name + "("):
            out = "COM.MICROSOFT." + out
    # Calc's own WEEKNUM counts the days before New Year into week 1; its add-in counts as Excel and we do.
    if out.startswith("WEEKNUM(") and not out.endswith("; 21)"):
        kind = ")" if out.endswith("; 2)") else ";1)"
        out = "COM.SUN.STAR.SHEET.ADDIN.ANALYSIS.GETWEEKNUM" + out.removeprefix("WEEKNUM").removesuffix(")") + kind
    return f'TEXT({out};"yyyy-mm-dd")' if is_date else out


def main():
    wanted = list(dict.fromkeys(formulas()))
    rows = "".join(f'<table:table-row><table:table-cell table:formula="of:={xml.sax.saxutils.escape(as_calc(f), {chr(34): "&quot;"})}"/></table:table-row>' for f in wanted)
    sheet = ('<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
             'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:calculation-settings table:case-sensitive="false" table:use-regular-expressions="false"/>'
             f'<table:table table:name="s">{rows}</table:table></office:spreadsheet></office:body></office:document>')
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "s.fods").write_text(sheet, encoding="utf-8")
        # Comma, double quotes, UTF-8; texts quoted, numbers in full instead of as shown.
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,true,false", "--outdir", folder, str(path / "s.fods")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        version = subprocess.run(["soffice", "--version"], capture_output=True, text=True).stdout.split()
        lines = (path / "s.csv").read_text(encoding="utf-8").splitlines()
    answers = [line[1:-1].replace('""', '"') if line.startswith('"') else line for line in lines]
    answers += [""] * (len(wanted) - len(answers))
    with open(HERE / "calc_answers.csv", "w", encoding="utf-8", newline="") as out:
        out.write(f"# made by: python3 tests/formula/calc_fixture.py (LibreOffice {version[1] if len(version) > 1 else ''})\n")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for formula, answer in zip(wanted, answers):
            writer.writerow([formula, answer])
    print(len(wanted), "formulas")


if __name__ == "__main__":
    main()
