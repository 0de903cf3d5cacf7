"""The HTML that the printed papers are made from: Chinese official layout (GB/T 9704), notices, letters."""

import re

from . import story

SONG, HEI, NASKH = "'Noto Serif CJK SC'", "'Noto Sans CJK SC'", "'Noto Naskh Arabic'"


def page(style, body, lang="zh-CN"):
    heading = re.search(r"<h[12][^>]*>(.*?)</h[12]>", body)
    title = re.sub(r"<[^>]+>", "", heading[1]) if heading else " "
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style><body>{body}</body></html>"
    )


def seal(text, left, top, size=42):
    """A round red seal with a star, printed over the signature."""
    return (
        f'<div style="position:absolute;left:{left}mm;top:{top}mm;width:{size}mm;height:{size}mm;border:1mm solid #c0281e;'
        "border-radius:50%;opacity:.42;color:#c0281e;text-align:center;box-sizing:border-box;transform:rotate(-8deg)\">"
        f'<div style="font:9mm {SONG};line-height:1;margin-top:11mm">★</div>'
        f'<div style="font:2.6mm {SONG};margin-top:2mm;letter-spacing:.4mm">{text}</div></div>'
    )


OFFICIAL = f"""
@page {{ size: A4; margin: 37mm 26mm 32mm 28mm; @bottom-center {{ content: "— " counter(page) " —"; font: 13pt {SONG} }} }}
body {{ margin: 0; font: 15.6pt/28.5pt {SONG}; text-align: justify; position: relative }}
p {{ margin: 0; text-indent: 2em }} b {{ font-family: {HEI}; font-weight: 500 }}
.top {{ font: 15pt/20pt {HEI}; }} .top div {{ margin: 0 }}
.red {{ color: #d3120b; font: 700 31pt/44pt {SONG}; text-align: center; letter-spacing: .06em; margin: 11mm 0 9mm; white-space: nowrap }}
.number {{ text-align: center; margin-bottom: 2mm }} hr {{ border: 0; border-top: .7mm solid #d3120b; margin: 0 0 9mm }}
h1 {{ font: 700 20pt/32pt {SONG}; text-align: center; margin: 0 0 9mm }}
.addressee {{ text-indent: 0 }} .annex {{ margin-top: 8mm }} .annex2 {{ text-indent: 5em }}
.sign {{ text-align: right; text-indent: 0; margin: 14mm 12mm 0 0 }} .date {{ text-align: right; text-indent: 0; margin-right: 22mm }}
.note {{ margin-top: 6mm }} .imprint {{ margin-top: 10mm }}
.imprint, .imprint2 {{ font-size: 13pt; text-indent: 0; border-top: .3mm solid #000; padding: 0 4mm }}
.imprint2 {{ border-bottom: .3mm solid #000 }} .imprint2 span {{ float: right }}
table {{ border-collapse: collapse; width: 100%; font-size: 11pt; line-height: 18pt }} td, th {{ border: .3mm solid #000; padding: 1mm 2mm; font-weight: 400 }}
"""


def directive(version):
    body = (
        f'<div class="top"><div>{version["copy"]}</div><div>机密★5年</div><div>特急</div></div>'
        '<div class="red">中共白禾地区委员会办公室文件</div>'
        '<div class="number">白党办发〔2017〕12号</div><hr>'
        "<h1>中共白禾地区委员会办公室<br>关于建立搬迁人员登记台账的通知</h1>"
    )
    body += "".join(f'<p class="{kind}">{text}</p>' for kind, text in story.directive(version))
    rows = "".join(f"<tr>{'<td>&nbsp;</td>' * 8}</tr>" for _ in range(9))
    heads = "".join(f"<th>{name}</th>" for name in ("编号", "姓名", "性别", "年龄", "原住地", "车牌", "登记时间", "去向"))
    body += (
        '<div style="break-before:page"><p class="addressee"><b>附件1</b></p><h1>搬迁人员登记表样式</h1>'
        f"<table><tr>{heads}</tr>{rows}</table>"
        "<p>填表说明：本表当场填写，每日二十时前报送综合科。“去向”由搬迁办统一填写，值班员不得过问。</p></div>"
    )
    return page(OFFICIAL, body)


def notice():
    style = OFFICIAL + ".red{font-size:30pt;margin:2mm 0 4mm} h1{font-size:18pt} .sign{margin-top:12mm}"
    body = (
        '<div class="red">白禾物流有限公司文件</div><hr><div class="number">白禾内字〔2019〕17号</div>'
        "<h1>关于规范仓库出入登记工作的通知</h1>"
        f'<p class="addressee">{story.NOTICE[0]}</p>' + "".join(f"<p>{text}</p>" for text in story.NOTICE[1:])
        + '<div style="position:relative"><p class="sign">白禾物流有限公司综合科</p><p class="date">2019年3月28日</p>'
        + seal("白禾物流有限公司", 98, -6) + "</div>"
    )
    return page(style, body)


def record():
    rows = "".join(f'<tr><td style="width:26%">{a}</td><td>{b}</td></tr>' for a, b in story.RECORD)
    style = OFFICIAL + "table{font-size:17pt;line-height:34pt;margin-top:8mm}"
    body = (
        f'<h1 style="font-size:26pt">登记表销毁记录</h1><p class="addressee">编号：XH-2019-04</p><table>{rows}</table>'
        '<div style="position:relative"><p class="sign">白禾物流有限公司综合科</p><p class="date">2019年4月30日</p>'
        + seal("综合科", 98, -2, 38) + "</div>"
    )
    return page(style, body)


def uyghur_notice(size=17):
    style = (
        "@page{size:A4;margin:32mm 26mm}"
        f"body{{margin:0;font:{size}pt/1.9 {NASKH};direction:rtl;text-align:right}}h1{{font-size:{size + 7}pt;text-align:center}}"
    )
    body = f"<h1>{story.UYGHUR_NOTICE_TITLE}</h1>" + "".join(f"<p>{text}</p>" for text in story.UYGHUR_NOTICE)
    return page(style, body, "ug")


def russian():
    style = "@page{size:A4;margin:25mm}body{margin:0;font:14pt/1.6 'Liberation Serif'}div{break-after:page}p{margin:0 0 5mm}"
    return page(style, "".join(f"<div>{''.join(f'<p>{text}</p>' for text in sheet)}</div>" for sheet in story.RUSSIAN), "ru")


def destinations(rows):
    style = f"@page{{size:A4;margin:25mm}}body{{margin:0;font:11pt/1.5 {SONG}}}table{{border-collapse:collapse}}td{{border:.2mm solid #000;padding:0 3mm}}"
    lines = "".join(f"<tr><td>{row[0]}</td><td>{row[1]}</td><td>{row[9]}</td></tr>" for row in rows)
    return page(style, f"<h2>去向对照表（2019年4月）</h2><p>仅限搬迁办和信息科掌握，登记表上一律不填。</p><table>{lines}</table>")


def label(text, width=220, size=20, font=HEI, lang="zh-CN", direction="ltr"):
    style = f"@page{{size:{width}mm 60mm;margin:8mm}}body{{margin:0;font:{size}pt/1.6 {font};direction:{direction}}}p{{margin:0}}"
    return page(style, "".join(f"<p>{line}</p>" for line in text.split("\n")), lang)


INTRANET = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>内网公告 - 白禾物流有限公司</title>
<style>.old { color: #999 } body { font-family: 宋体 }</style>
<script>var visits = 143; document.title = "公告(" + visits + ")";</script></head>
<body><h1>内网公告</h1>
<p>自<b>4月1日</b>起，登<!-- 原文断在这里 -->记表改用新样式，旧样式登记表一律交综合科，不得自行保存。</p>
<p class="old">3月公告：闸口人数与登记表人数不一致的，以登记表为准，闸口不得另立台账&#12290;</p>
<table><tr><th>科室</th><th>内线</th></tr><tr><td>综合科</td><td>0142</td></tr><tr><td>信息科</td><td>0157</td></tr></table>
<p><a href="file:///D:/台账/2019Q2.xls">台账下载</a>（仅限内网）</p></body></html>
"""
