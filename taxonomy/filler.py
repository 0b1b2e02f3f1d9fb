"""What anybody says in any report: greetings, pleas, how long it has been, who lives where. It tells little of what is
meant, though a small corpus may take it for telling.
"""

from __future__ import annotations

import numpy as np

from taxonomy.words import CHARACTER, numbers

#: How much of its weight a thing keeps that stands in these phrases: changes nothing for terse texts, helps wordy ones.
FILLER_WEIGHT = 0.4

_PHRASES = """
您好我是咱们这儿小区的居民 麻烦您派人来看看 希望有关部门尽快处理一下 赶紧来人管管吧 说了好几回也不听
打了好几次电话没人理 一直没有人来解决 已经好几天了 快一个星期了 都一个多月了 大半年了 从上周开始 昨天晚上 今天早上
刚才路过看见 这两天 每天早晚都这样 天天如此 总是 经常 老是 我家住在五楼 我们楼下 对门邻居家 我们这栋楼 我们单元
门口附近 胡同口 马路对面 旁边 就在路口那边 小区外面 后面 前头 里头 外头 边上 这一片 那边 孩子上学 老人出门
孩子都害怕 老人腿脚不好 老人孩子走路 我妈 我爸 我媳妇 我老公 家里有老人有小孩 大家都有意见 邻居们都说 太吓人了
多危险啊 真让人受不了 实在没办法 能不能给解决一下 怎么办呢 什么时候能好 请问一下 反映一个问题 我想问问 我要投诉
谢谢您了 辛苦了 晚上睡不好 半夜老是惊醒 出都出不去 过都过不去 特别影响生活 谁来管一管 快来人啊 昨儿个遛弯儿 介 嘛呀
您了 咱这 愣是 忒 倍儿 俺们家 俺家门口 有一个 有一辆 有几个人 一个人 一部 一家 一天到晚 去年 上次 明天 结果 差点
好像 听说 知道 看见 发现 觉得 现在 以前 后来 因为 所以 但是 就是 还是 已经 可是
"""

#: Characters that say nothing by themselves. The others stay: they stand in telling words as well.
_CHARACTERS = ("的了来去着过是有在都也就还又很太上下里外前后这那个把被让给和跟到从一二三四五六几次好快您我你他们人儿"
               "吗呢吧啊呀嘛介天年月早晚今昨看见听说知觉得差点家孩老爸妈")

_ALL = np.unique(np.concatenate([numbers(phrase) for phrase in _PHRASES.split()]))
FILLER = np.union1d(_ALL[(_ALL & 3) != CHARACTER],
                    np.concatenate([numbers(character) for character in _CHARACTERS]))
