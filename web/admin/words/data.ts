/** The list, grids, the calendar, processes. */
export const zh = {
  list: {
    lead: '编辑小类、标准和时限; 修改先集中为草稿, 预览影响后再应用', choose: '清单', search: '名称、拼音首字母或编码', found: '{n} 个小类', nothing: '没有这样的小类。换个词, 或清空搜索。',
    pick: '从左侧选择一个小类, 查看和编辑。', wording: '名称与定义', rules: '办理规则', standards: '立案/结案标准', addStandard: '新增标准', removeStandard: '删除标准',
    removeSays: '该标准将从草稿中删除; 应用前不影响现行数据。', add: '新增小类', addTitle: '新增小类到“{name}”', code: '编码', removeIt: '删除小类', removed: '将被删除',
    removeItSays: '“{name}”及其标准将在应用草稿后删除; 在办事件仍按立案时的版本办理。', keep: '不删除', perLine: '每行一个', tree: '小类', more: '全部展开', edited: '已修改', key: '对象',
    area: '区域', export: '导出', import: '导入', template: '模板', categories: '类目', functions: '职能', tray: '待预览的修改', noneLimit: '空: 不需到场', exists: '该编码已存在', needed: '请填写编码和名称',
    back: '返回清单', evidence: '处置前后照片', closing: '已处置完毕',
  },
  grid: {
    lead: '市、区、街道、社区、单元网格; 边界文件先检查, 再预览、应用', map: '网格地图', level: '显示层级', search: '名称或编码', illustrative: '社区及以下边界为示意 (未实测), 仅供演示。', licence: '来源',
    upload: '检查边界文件', units: '单元名录 (CSV、XLSX)', outlines: '边界 (GeoJSON、shapefile zip、GeoPackage)', crs: '坐标系 (文件未说明时)', crsHint: '如 EPSG:4547', datum: '偏移',
    within: '只更新此单元', withinHint: '编码; 其余单元不变', check: '检查', checking: '检查中…', checked: '{source}: {outlines} 个边界, {n} 条结果', errors: '{n} 处错误, 不能导入', fine: '没有错误, 可以导入',
    nothing: '没有导入任何内容; 改正文件后再检查。', toDraft: '生成草稿并预览', severity: { error: '错误', warning: '警告', note: '说明' }, finding: '问题', codes: '编码', size: '面积', where: '位置', line: '第几个', zoom: '在地图上看',
    noPlace: '无位置', export: '导出', template: '模板', results: '检查结果', list: '单元', parent: '上级', areaClass: '地域类别', code: '编码', name: '名称', below: '看下级', up: '上一级', findings: '结果在地图上以红色、橙色标出',
    datums: { wgs84: 'WGS-84 / CGCS2000', gcj02: 'GCJ-02 (火星坐标)', bd09: 'BD-09 (百度)' }, needed: '请选择文件', mapHelp: '拖动或用方向键移动, 加减键缩放', empty: '没有符合的单元。', tooMany: '本层级边界太多, 请先进入下级单元。', total: '本页 {n} 个',
  },
  cal: {
    lead: '工作日、节假日、调休; 决定时限如何计算', year: '年份', prev: '上一年', next: '下一年', unpublished: '{year} 年尚未发布工作日历。落在该年的时限无法计算, 请在国务院办公厅发布后导入当年文件。', legend: '图例',
    kind: { work: '工作日', rest: '周末', holiday: '放假', make_up: '调休上班' }, tally: '{work} 个工作日 · {holiday} 天放假 · {make_up} 天调休上班', load: '导入日历文件', export: '导出', template: '模板', day: '{date} 星期{w}',
    change: '改为', toWork: '上班', toHoliday: '放假', default: '恢复默认', name: '名称', nameHint: '如 春节、调休上班', set: '加入修改', month: '{n} 月', week: '一二三四五六日', edits: '{n} 天待预览', edited: '已修改', hours: '上班时间 {spans}', mark: { holiday: '休', make_up: '班' }, clear: '清除修改', help: '方向键移动, 回车修改', loaded: '已导入',
  },
  proc: {
    lead: '事件经过的状态和操作; 流程是数据, 不用编程', diagram: '流程图', states: '状态', actions: '操作', stays: '不改变状态的操作', table: '操作表', text: 'YAML 原文', download: '下载 YAML', load: '导入流程文件', open: '在办 {n} 件', file: '随附文件', version: '第 {n} 版',
    list: '清单 {list}', start: '开始', end: '结束', from: '从', to: '到', by: '谁', fields: '填写', conditions: '限制', clocks: '时限', then: '系统随后', notices: '通知', does: '系统同时', required: '必填', optional: '选填', same: '不变', byStandard: '按标准', urgent: '夜间和节假日 {limit}',
    pick: '选择图中的状态或操作查看说明。', clock: { start: '开始计时', stop: '停止计时', pause: '暂停计时', resume: '恢复计时' }, out: '可做的操作', into: '由此进入', none: '无', any: '任意', holder: '责任方', due: '到期', again: '再超期', limit: '时限', help: '用 Tab 键在图中移动, 回车选择',
    open0: '在办', incidents: '在办事件',
  },
}

export const en: typeof zh = {
  list: {
    lead: 'Edit subcategories, standards and limits; edits are collected into a draft and previewed first', choose: 'List', search: 'Name, pinyin initials or code', found: '{n} subcategories',
    nothing: 'No such subcategory. Try another word, or clear the search.', pick: 'Choose a subcategory on the left to see and edit it.', wording: 'Name and definition', rules: 'How it is handled', standards: 'Standards',
    addStandard: 'Add a standard', removeStandard: 'Remove the standard', removeSays: 'The standard goes with the draft; nothing in force changes before it is applied.', add: 'Add a subcategory',
    addTitle: 'Add a subcategory to “{name}”', code: 'Code', removeIt: 'Remove the subcategory', removed: 'to be removed', removeItSays: '“{name}” and its standards go once the draft is applied; open incidents keep the version they were filed under.',
    keep: 'Keep it', perLine: 'one a line', tree: 'Subcategories', more: 'Open all', edited: 'edited', key: 'Of', area: 'Area', export: 'Export', import: 'Import', template: 'Template', categories: 'Categories', functions: 'Functions',
    tray: 'Edits to preview', noneLimit: 'empty: no visit needed', exists: 'There is such a code already', needed: 'Fill in the code and the name', back: 'Back to the list', evidence: 'Photos before and after', closing: 'Put right',
  },
  grid: {
    lead: 'City, districts, streets, communities, cells; a file of outlines is checked, previewed, applied', map: 'Map of the grids', level: 'Level shown', search: 'Name or code', illustrative: 'Outlines of communities and below are illustrative (not surveyed), for demonstration only.', licence: 'Source',
    upload: 'Check a file of outlines', units: 'Sheet of units (CSV, XLSX)', outlines: 'Outlines (GeoJSON, zipped shapefile, GeoPackage)', crs: 'Coordinate system (if the file names none)', crsHint: 'such as EPSG:4547', datum: 'Shift',
    within: 'Only within this unit', withinHint: 'code; all other units stay', check: 'Check', checking: 'Checking…', checked: '{source}: {outlines} outlines, {n} findings', errors: '{n} errors: it cannot be loaded', fine: 'No errors: it can be loaded',
    nothing: 'Nothing was loaded; mend the file and check it again.', toDraft: 'Make a draft and preview', severity: { error: 'Error', warning: 'Warning', note: 'Note' }, finding: 'Finding', codes: 'Codes', size: 'Size', where: 'Place', line: 'Feature', zoom: 'Show on the map',
    noPlace: 'no place', export: 'Export', template: 'Template', results: 'Findings', list: 'Units', parent: 'Above', areaClass: 'Area class', code: 'Code', name: 'Name', below: 'Look below', up: 'One level up', findings: 'Findings are drawn on the map in red and orange',
    datums: { wgs84: 'WGS-84 / CGCS2000', gcj02: 'GCJ-02', bd09: 'BD-09 (Baidu)' }, needed: 'Choose a file', mapHelp: 'Drag or use the arrow keys to move, plus and minus to zoom', empty: 'No such units.', tooMany: 'Too many outlines at this level; go into a unit first.', total: '{n} on this page',
  },
  cal: {
    lead: 'Work days, holidays and make-up days: they decide how limits are counted', year: 'Year', prev: 'Year before', next: 'Year after', unpublished: 'No calendar of {year} is published. Limits that reach it cannot be counted; load the file once the State Council has published it.', legend: 'Legend',
    kind: { work: 'Work day', rest: 'Weekend', holiday: 'Holiday', make_up: 'Make-up work day' }, tally: '{work} work days · {holiday} days off · {make_up} make-up days', load: 'Load a calendar file', export: 'Export', template: 'Template', day: '{date}, {w}', change: 'Make it', toWork: 'a work day', toHoliday: 'a holiday', default: 'as by default',
    name: 'Name', nameHint: 'such as Spring Festival', set: 'Add to the edits', month: '{n}', week: 'MTWTFSS', edits: '{n} days to preview', edited: 'edited', hours: 'working hours {spans}', mark: { holiday: 'off', make_up: 'on' }, clear: 'Clear the edits', help: 'Arrow keys move, Enter changes a day', loaded: 'loaded',
  },
  proc: {
    lead: 'The states and actions that an incident goes through; a process is data, not programming', diagram: 'Diagram', states: 'States', actions: 'Actions', stays: 'Actions that leave the state as it is', table: 'Table of actions', text: 'The YAML file', download: 'Download YAML', load: 'Load a process file', open: '{n} open', file: 'as shipped', version: 'version {n}',
    list: 'List {list}', start: 'Start', end: 'End', from: 'From', to: 'To', by: 'By', fields: 'Fields', conditions: 'Not while', clocks: 'Clocks', then: 'Then, by itself', notices: 'Notices', does: 'Also', required: 'required', optional: 'optional', same: 'unchanged', byStandard: 'by the standard', urgent: 'by night and on holidays {limit}',
    pick: 'Choose a state or an action in the diagram to read about it.', clock: { start: 'starts', stop: 'stops', pause: 'pauses', resume: 'resumes' }, out: 'What may be done', into: 'How one gets here', none: 'none', any: 'any', holder: 'Who must act', due: 'When due', again: 'When due again', limit: 'Limit', help: 'Tab moves in the diagram, Enter chooses',
    open0: 'open', incidents: 'Open incidents',
  },
}
