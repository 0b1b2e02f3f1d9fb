/** Words of the sheet at the side: they come with it. */
export const zh = {
  sheet: { title: '指标说明', incident: '事件 {number}', close: '关闭', back: '返回列表', formula: '口径', numerator: '分子',
    denominator: '分母', why: '差在哪里', lacking: '未计入分子',
    equals: '计算', period: '统计期', scope: '范围', value: '数值', behind: '背后的事件', shown: '共 {n} 件, 已显示 {m} 件',
    more: '再显示 50 件',
    exact: '共 {n} 件', moved: '统计后又有变动: 现为 {n} 件', none: '没有事件', nothing: '本期没有可计入的事件, 所以没有比率。', minus: '减去',
    evolution: '与过去比较', before: '过去', difference: '增减', points: '个百分点', list: '事件清单', total: '合计', counts: '可查看的事件',
    timeline: '办理过程', facts: '基本情况', place: '位置', category: '分类', source: '来源', department: '责任单位', reported: '上报',
    due: '时限',
    status: '状态', description: '描述', photos: '照片', photo: '照片 {n}', clocks: '各环节时限', onTime: '按时', late: '超期',
    running: '计时中',
    paused: '已暂停', readOnly: '只读: 办理请到指挥中心', reason: '理由', by: '{role}', system: '系统', closedAt: '结案', loading: '正在打开…',
    original: '原时限 {at}', addressless: '未填地址', restricted: '受限' },
}

export const en: typeof zh = {
  sheet: { title: 'About the figure', incident: 'Incident {number}', close: 'Close', back: 'Back to the list',
    formula: 'Formula', numerator: 'Numerator', denominator: 'Denominator',
    why: 'What it lacks', lacking: 'Not in the numerator',
    equals: 'Sum', period: 'Period', scope: 'Scope', value: 'Value', behind: 'Incidents behind it',
    shown: '{m} of {n} shown', more: 'Show 50 more',
    exact: '{n} in all', moved: 'Changed since it was counted: now {n}', none: 'No incidents',
    nothing: 'Nothing counts in this period, so there is no rate.', minus: 'less',
    evolution: 'Against the past', before: 'Then', difference: 'Change', points: 'points', list: 'Incidents',
    total: 'Total', counts: 'Incidents to look at',
    timeline: 'Timeline', facts: 'Facts', place: 'Place', category: 'What', source: 'Source', department: 'Department',
    reported: 'Reported', due: 'Due',
    status: 'State', description: 'Description', photos: 'Photos', photo: 'Photo {n}', clocks: 'Limits by stage',
    onTime: 'on time', late: 'overdue', running: 'running',
    paused: 'paused', readOnly: 'Read only: actions are taken in the command centre', reason: 'Reason', by: '{role}',
    system: 'System', closedAt: 'Closed', loading: 'Opening…',
    original: 'first due {at}', addressless: 'No address', restricted: 'restricted' },
}
