### 命令行的主要文本。没有译文的消息以英文显示。

items = { $count } 项
pages = { $count } 页
documents = { $count } 份文档
files = { $count } 个文件
originals = { $count } 个原件
pictures = { $count } 幅图像
quotes = { $count } 处引文
lines = { $count } 行
hits = { $count } 处命中
places = { $count } 处
entries = { $count } 条
log-entries = { $count } 条日志
page-records = { $count } 条页面记录
keys = { $count } 个密钥
checkpoints = { $count } 个检查点
passwords = { $count } 个密码
requests = { $count } 个请求
size-bytes = { $count } 字节

word-error = 错误：
word-hint = 提示：
word-warning = 警告：
type-yes = { $question }。请输入 yes：
standard-input = 标准输入
standard-output = 标准输出

cannot-read = 无法读取 { $path }：{ $error }
cannot-write = 无法写入 { $path }：{ $error }
cannot-create = 无法创建 { $path }：{ $error }
cannot-create-folder = 无法创建文件夹 { $path }：{ $error }
no-dry-run = 此命令不支持 --dry-run
nothing-done = 未执行任何操作
unconfirmed = 此操作无法撤销，需要确认
hint-confirm = 用 --yes 确认
hint-type-yes = 输入 yes 确认

no-case = { $path } 中没有案件
hint-no-case = 用 `exhibit init DIR` 创建，用 -C DIR 指定，或进入案件文件夹
case-exists = { $path } 已经是一个案件
hint-case-exists = 用 `exhibit ingest` 向其中添加
folder-not-empty = { $path } 不是空的
hint-folder-not-empty = 请为案件选择新的或空的文件夹
case-locked = 案件正由 { $holder } 使用
hint-case-locked = 请等待其退出；其间可以搜索和阅读
no-such-document = 此案件中没有文档 { $name }
no-such-page = { $document } 没有第 { $page } 页
hint-no-such-document = `exhibit ls` 列出案件中的文档
no-index = 案件没有搜索索引
hint-no-index = 请重建索引：exhibit case repair --index
not-rendered = 无法生成该页的图像：{ $reason }
hint-not-rendered = 可以查看其文本：`exhibit cat DOC --text`
sealed = 案件已封存：不能再添加或更改任何内容
hint-sealed = 可以搜索、阅读、验证和移交；要添加材料，请另建案件
hint-verify = `exhibit verify` 列出全部不符之处
hint-cage = `exhibit doctor` 显示此计算机缺少什么
hint-disk-full = 已完成的部分全部保留；请腾出空间，然后用 `exhibit ingest` 继续
hint-resume = 已确认的内容全部保留；用 `exhibit ingest` 继续
cannot-read-source = 无法读取来源 { $path }：{ $error }
hint-source = 请检查路径是否存在、是否可读

passphrase-of-key = 签名密钥 { $path } 的密码短语：
passphrase-new = 新的密码短语：
passphrase-repeat = 再次输入密码短语：
passphrase-of-bag = 密码短语：
passphrases-differ = 两次输入的密码短语不一致
passphrase-empty = 密码短语为空

seconds-left = 约剩 { $seconds } 秒
minutes-left = 约剩 { $minutes } 分钟
minutes-left-range = 约剩 { $from } 至 { $to } 分钟
progress-reading = 正在读取：{ $all } 项中的第 { $done } 项
progress-searchable = 目前可搜索：{ $pages }
progress-ocr = 文字识别（OCR）：{ $done } / { $all } 页

created-case = 已在 { $path } 创建案件 { $name }。
signing-key-is = 签名密钥是 { $path }：请在案件之外保存一份副本。
signing-key-locked-is = 签名密钥是 { $path }，已用密码短语锁定：请在案件之外保存一份副本。
next-ingest = 下一步：exhibit -C { $path } ingest SOURCE
created-case-in = 已在 { $path } 创建案件
sealed-not-ingested = 案件已封存：不再收录。
open-in-browser = 在浏览器中打开：exhibit -C { $path } serve

good = 正常
partial = 部分
missing = 缺少

no-tesseract = 没有安装 tesseract：不读取扫描页（`exhibit doctor` 显示需要安装什么）
received = 收到 { $items }，读取 { $pages }。
received-with-ocr = 收到 { $items }，读取 { $pages }，其中文字识别（OCR）{ NUMBER($ocr) } 页。
stopped = 已停止。已完成的部分全部保留。
resume-with = 继续：exhibit ingest
account-title = 全部 { $count } 项，按状态
account-sizes = { $bytes }，{ $originals }；可搜索 { $pages }
account-sizes-ocr = { $bytes }，{ $originals }；可搜索 { $pages }，其中文字识别（OCR）{ NUMBER($ocr) } 页
account-ocr-waiting = { $count } 个扫描页等待文字识别（OCR）：尚不能搜索
account-ocr-failed = { $count } 个扫描页文字识别（OCR）失败
account-complete = 每个容器和来源都已核对无缺。
account-gaps = { $count } 个容器或来源不完整：见 `exhibit status --json`
account-problems = { $count } 个问题：见 `exhibit problem ls`
no-problems = 没有问题：没有失败、加密、不支持或截断的文件。
field-path = 路径
field-source = 来源
field-state = 状态
field-reason = 原因
field-type = 类型
field-size = 大小
field-modified = 修改时间
field-received = 收到时间
field-log-entry = 日志条目
field-pages = 页数
field-languages = 语言

searchable-now = 目前可搜索：{ $all } 页中的 { $now } 页
read-as = 理解为：{ $query }
query-note = 注意：{ $note }
found-pages = { $documents }中的 { $pages }
found-documents = { $documents }，{ $pages }
found-in = { $found }，用时 { $seconds } 秒
found-first-in = { $found }（显示前 { $shown } 项），用时 { $seconds } 秒
hit-page = 第 { $page } 页
next-page = 下一页：在同一命令后加 --after { $cursor }
not-searched = { $count } 项未能读取，因而未搜索：见 `exhibit problem ls`

quotes-valid = { $quotes }中有 { NUMBER($good) } 处有效：页面逐字包含该段文字，且日志有记录。
checked-case = 已将 { $originals }（{ $bytes }）、{ $pages }和 { $entries }与其摘要核对。
checked-quotes = 已将 { $quotes }与其页面和日志核对。
differs = 不符
leftover = 残留
all-good = 一切与收到时和日志记录一致。
deviations-found = 发现 { $count } 处不符。请使用完好的副本。
log-valid = 日志有效。
log-not-valid = 日志无效。请使用完好的副本。

serving = 正在此计算机上提供案件 { $name }。请在浏览器中打开：
link-works-once = 链接只能使用一次。按 Ctrl-C 停止。
