### 查询语言：错误、提示，以及对查询的理解。

at-character = { $error }（第 { $position } 个字符）
error-and-hint = { $error }；{ $hint }

open-quote = 短语的引号没有闭合
open-bracket = 括号没有闭合
extra-bracket = 右括号没有对应的左括号
empty-quotes = 引号之间没有可搜索的内容
empty-brackets = 括号之间没有内容
lonely-operator = { $sign } 缺少作用对象
unknown-field = 没有字段 { $name }:
empty-field = { $field }: 没有值
bad-value = { $field }: 不接受“{ $value }”
unknown-word = 没有 { $field }:{ $word }
unsupported = 尚不支持 { $what }
nothing-to-search = “{ $text }”中没有可搜索的字母或数字
misplaced-star = “{ $text }”中的星号不在词尾
misplaced-tilde = “{ $text }”中的 ~ 没有跟在词或由词组成的短语之后
bad-pattern = 正则表达式 /{ $pattern }/ 不能使用
too-many-characters = 查询超过 { $most } 个字符
too-many-clauses = 查询超过 { $most } 个条件
too-many-brackets = 查询的括号嵌套超过 { $most } 层
line-not-utf8 = 不是 UTF-8 编码
line-too-long = 超过 { $most } 个字符
line-tags-unreadable = 无法读取案件的标签
line-unknown-error = 未知错误：{ $code }

hint-open-quote = 请用另一个引号结束短语
hint-open-bracket = 请补上右括号，或把含括号的文本放在引号中
hint-extra-bracket = 请删除它，或把含括号的文本放在引号中
hint-empty = 请在其间填写词语，或将其删除
hint-exact = 请写成 =词，中间不加空格，或删除该符号
hint-minus = 请写成 -词，中间不加空格，或删除减号
hint-not = 请写成 NOT 词；要搜索这个词本身，请写 "not"
hint-operator = 请写成 甲 { $sign } 乙；要搜索这个词本身，请写 "{ $word }"
hint-unknown-field = 是否指 { $nearest }: ？
hint-field-as-text = 要搜索文本本身，请放在引号中："{ $name }: …"
hint-empty-field = 请写成 { $field }:值，冒号后不加空格
hint-unknown-word = 是否指 { $field }:{ $word } ？
hint-takes = { $field }: 接受 { $takes }
hint-nothing-to-search = 请删除它；符号不参与搜索
hint-star = 请先写词的开头，再写星号：regist*
hint-too-much = 名单较长时，请使用批量搜索

slow-pattern = 正则表达式较慢：要与索引中的每个词比较
encrypted-without-pages = 无法打开的文件没有可搜索的页面；台账列出了这些文件
everything = 全部
