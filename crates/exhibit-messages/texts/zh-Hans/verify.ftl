### exhibit-verify 的中文文本（草稿，请母语读者校订）。

result-good = 合格：所检查的一切均符合要求。
result-bad = 不合格：发现 { NUMBER($count) } 处偏差。下列各项不可采信。

section-checked = 已检查
section-proved = 已证明
section-proved-but = 若无下列偏差，本可证明
section-quotes-file = 引自文件中的文字
section-quotes-machine = 引自机器识读，未与图像核对
section-quotes-compared = 引自机器识读，有人与图像核对过
section-quotes-transcribed = 引自人工抄录
section-but = { $section }：仅当没有下列偏差时
section-not-proved = 未证明
section-remarks = 须知

count-more = 另有 { NUMBER($count) } 项：用 --json 可全部列出
count-deviations = 偏差：{ NUMBER($count) }

checked-bag = { NUMBER($files) } 个文件，共 { NUMBER($bytes) } 字节，已读取并与摘要清单比对
checked-log = 保管日志 { $log }，{ NUMBER($entries) } 条记录，根 { $root }
checked-entries = 日志的全部 { NUMBER($entries) } 条记录，及其上的每个哈希值
checked-quote = 引文 { $quote }，连同其所在的整个数据包
checked-stamp = { $stamp }，与 { $data } 核对（SHA-256 { $sha256 }）

proved-intact = 自清单写成以来，包内没有任何内容被添加、移除或更改。
proved-key = 日志由您提供的密钥签名：{ $key }
proved-key-after = 日志由接替您所提供密钥的密钥签名：{ $key }
proved-witness = 见证方 { $witness } 于 { $at } 见到日志处于此状态。
proved-export = 保管日志记录了移交的正是本数据包，时间为 { $at }（以日志保管者的时钟为准）。
proved-original = { $document }：这就是所收到的字节（SHA-256 { $sha256 }），时间为 { $at }（以日志保管者的时钟为准）。
proved-name = { $document }：发现时的名称或路径为 { $name }，与日志中封存的一致。
proved-pages =
    { $count ->
       *[other] { $document }：第 { $pages } 页的文本就是从 SHA-256 为 { $sha256 } 的原件中读出的文本。
    }
proved-pictures =
    { $count ->
       *[other] { $document }：第 { $pages } 页的图像就是当时由 SHA-256 为 { $sha256 } 的原件绘制的图像。
    }
proved-load-files = 自 { $first } 起编号的装载文件与已证明的记录一致。
proved-quote-page = 引文 { $quote } 位于 { $document } 第 { NUMBER($page) } 页文本的所记位置；该文本得自 SHA-256 为 { $sha256 } 的原件。
quoted-file = 引文 { $quote }，{ $document } 第 { NUMBER($page) } 页：文件中有文字“{ $exact }”。
quoted-machine = 引文 { $quote }，{ $document } 第 { NUMBER($page) } 页：机器（{ $reader }；置信度 { $confidence }，最低 { $least }）读作“{ $exact }”。无人将其与页面图像核对。
quoted-compared = 引文 { $quote }，{ $document } 第 { NUMBER($page) } 页：机器（{ $reader }；置信度 { $confidence }，最低 { $least }）读作“{ $exact }”。{ $by } 于 { $at } 声明已与页面图像核对。
quoted-transcribed = 引文 { $quote }，{ $document } 第 { NUMBER($page) } 页：{ $by } 于 { $at } 声明页面图像所示为“{ $transcription }”。机器（{ $reader }；置信度 { $confidence }）在此处读作“{ $exact }”。
proved-checkpoint = 密钥持有者声明了日志的这一长度和根。
proved-whole-log = 全部 { NUMBER($entries) } 条记录均在，顺序无误，并通向已签名的根。
proved-entry = 该记录是日志的第 { NUMBER($entry) } 条，与所给内容完全一致。
proved-time = { $anchor }：日志的前 { NUMBER($entries) } 条及其所记录的一切不晚于 { $by } 已存在：这是您信任的 { $who } 所声明的。
proved-stamp = 这些字节不晚于 { $by } 已存在：由 { $signer } 加盖时间戳，其上级是您提供的机构（{ $authority }）。
proved-stamp-intact = 时间戳完好，且针对这些字节；它声明这些字节不晚于 { $by } 已存在，由 { $signer } 签名。
proved-answer = 它回应的正是旁边的请求。
proved-logged = 这些字节的摘要不晚于 { $by } 已记入公共日志 { $log }。
proved-cosigned = 见证方 { $witness } 于 { $at } 见到公共日志处于此状态。

not-custody = 文件来自何处、经过何种处理：数据包没有附带证明，或未检查证明。
not-key = 这是谁的密钥。请与您从其他途径得知的密钥核对，并用 --key 传入：{ $key }
not-time = 事情确实发生在所述时间：时间仅为保管者时钟所示，没有您认可的见证方予以确认。
not-authentic = 任何文件是真实的，或其内容属实。
not-author = 文件由谁制作，或由谁泄露。
not-before = 收到之前被更改或移除了什么。
not-elsewhere = 机器读出的文本与页面所示一致：请查看页面本身。
not-fork = 密钥持有者向所有人出示的是同一份日志：请与见过日志的其他人核对长度和根。
not-said = 记录所述属实：它只证明该内容被记录在此处。
not-entries = 记录中密封的内容，以及记录所说是否属实。
not-trusted = { $anchor }：日志的前 { NUMBER($entries) } 条不晚于 { $by } 已存在（{ $who } 如此声明）。它本身完好，但您没有提供据以信任它的依据：用 --anchors 传入机构证书，用 --policy 传入见证方，或用 --sigsum-policy。
not-authority = { $signer } 是谁：请用 --anchors 传入您信任的机构的证书。
not-policy = 公共日志及其见证方可信：所用策略是随附的。请用 --sigsum-policy 传入您自己的策略。
not-earlier = 除此之外，事情发生于何时：所覆盖的内容在上述时刻之前已存在，也可能早已写成。
not-revoked = 作出声明者的时钟准确、密钥未被盗、证书未被吊销。
not-stamped = 加盖时间戳的内容属实，或属于谁。

fault-not-a-file = 是链接、设备或其他非文件之物
fault-hard-link = 还有另一个名称，可由此被更改：请复制该包
fault-empty-folder = 是空文件夹，任何清单都无法列出
fault-unsafe-name = 文件名并非在所有机器上都安全
fault-looks-alike = 可能被误认为另一个文件
fault-unreadable = 无法读取
fault-changed = 在检查期间发生了变化
fault-declaration = 没有写明每个数据包必须写明的内容
fault-no-manifest = 没有可供检查的 SHA-256 或 SHA-512 清单
fault-manifest-line = 不是摘要加路径
fault-manifest-path = 列出了不属于该清单的路径
fault-repeated = 重复列出了已列过的文件
fault-missing = 缺失
fault-unlisted = 是添加进来的：没有清单列出它
fault-altered = 已被更改：与清单所列摘要不符
fault-oxum = 所述大小与文件实际大小不符
fault-info = 格式不符合要求
fault-bag-version = 的版本是本程序不认识的
fault-help = 不是该版本包应有的文本
fault-fetch = 要求从别处获取文件，予以拒绝
fault-no-custody = 没有保管证明：无从得知文件来自何处
fault-key = 日志的密钥不可采信
fault-origin = 不是保管日志的名称
fault-key-revoked = 日志已吊销为其签名的密钥
fault-checkpoint = 日志的长度和根没有正确签名
fault-checkpoint-lines = 含有不属于它的行或签名
fault-policy = 所要求的见证方没有签名
fault-entry = 不是日志记录
fault-entry-version = 的版本不是日志条目的版本
fault-entry-members = 不恰好具有日志条目的成员
fault-entry-number = 所写编号与其在日志中的位置不同
fault-entry-time = 的时间格式不对
fault-entry-actor = 的操作者格式不对
fault-entry-tool = 的程序名称格式不对
fault-entry-act = 记录了该日志没有的行为
fault-entry-reference = 含有格式不对的引用
fault-entry-object = 引用了与其行为无关的对象
fault-entry-facts = 所述事实与其行为不符
fault-entry-sealed = 封存的值与其行为不符
fault-entry-first = 案件由其日志的第一个条目开启，且只由它开启
fault-after-seal = 出现在封存案件的条目之后
fault-entry-spare = 是此处不需要的日志条目
fault-proof = 未能证明在日志之中
fault-export = 与日志记录的移交内容不符
fault-export-count = 所述数量与此处内容不同
fault-record = 不是文件记录
fault-document-number = 的编号不是其条目在本案件中的编号
fault-receipt = 日志未证明收到过该文件
fault-container = 未显示在收到它时所在的容器中
fault-size = 的大小与记录不同
fault-reading = 日志未证明读取过该文件
fault-superseded = 后来被重新读取：此次读取不再有效
fault-part = 未能证明是该文件的一部分
fault-part-order = 的各部分顺序不对
fault-content = 与证明所述不符
fault-opening = 与日志中封存的内容不符
fault-unproved = 没有任何证明涉及此文件，它不属于这里
fault-quote = 不是格式正确的引文
fault-quote-text = 页面上并没有所引的内容
fault-quote-log = 日志没有记录此引文
fault-quote-item = 引用的文档或读取与其所述不同
fault-load-file = 与已证明的记录不一致
fault-time = 不能说明日志何时处于此状态
fault-time-log = 与日志对它的记录不同
