/** Departments, people. */
export const zh = {
  person: {
    lead: '谁能登录, 以什么角色, 管哪个网格', search: '姓名或手机号', add: '新增人员', edit: '编辑', editTitle: '编辑 {name}', state: '状态',
    all: '全部',
    activeOnly: '启用', inactive: '已停用', locked: '锁定中', lastSignIn: '上次登录', never: '从未',
    lockedUntil: '锁定至 {at}', noPassword: '未设密码', none: '没有符合条件的人员。', more: '更多', deactivate: '停用', activate: '启用账号',
    unlock: '解锁', setPassword: '设置密码', passwordHint: '至少 8 位; 空则不能登录', newPassword: '新密码 (至少 8 位)',
    deactivateSays: '{name} 将不能登录, 已登录的设备立即退出; 历史事件中的姓名保留。可随时重新启用。', unlockSays: '解除因多次登录失败的锁定, {name} 可立即重试。',
    saved: '{name} 已保存, 立即生效。', same: '没有变化。', added: '{name} 已新增, 可以登录。', unlocked: '已解锁。',
    passwordSet: '密码已设置, 请当面告知本人。',
    exists: '此手机号已有账号, 请用“编辑”修改', phoneHint: '5 至 19 位', unit: '所管网格', department: '责任单位',
    departmentHint: '部门处置人员和负责人必填',
    export: '导出', import: '导入', template: '模板', role: '角色', phone: '手机号', name: '姓名', save: '保存', passwordDone: '设置',
    waits: '涉及在办事件或需留意, 请在草稿中确认后应用。', accounts: '人员', departments: '部门',
  },
  dept: {
    lead: '每个部门承担哪些职能、管辖哪里; 派遣据此找到责任单位', search: '名称或编码', add: '新增部门', edit: '编辑', editTitle: '编辑 {name}',
    functions: '承担职能', jurisdiction: '管辖', own: '所在单元', unit: '所在单元', none: '没有符合条件的部门。', function: '职能',
    remove: '撤销', removeSays: '“{name}”不再承担职能, 其账号停用; 历史事件中名称保留。还有在办事件的须先改派。', removed: '已撤销', code: '编码', name: '名称',
    addPlace: '增加管辖单元', placesHint: '空: 所在单元及以下', dropPlace: '移除 {name}', functionsNeeded: '至少选一项职能', state: '状态',
    active: '在用', gone: '已撤销', saved: '{name} 已保存, 立即生效。', filter: '筛选职能',
  },
}

export const en: typeof zh = {
  person: {
    lead: 'Who may sign in, in which role, for which unit', search: 'Name or phone', add: 'Add a person', edit: 'Edit',
    editTitle: 'Edit {name}', state: 'State', all: 'All', activeOnly: 'Active', inactive: 'Deactivated',
    locked: 'Locked',
    lastSignIn: 'Last sign-in', never: 'never',
    lockedUntil: 'locked until {at}', noPassword: 'no password', none: 'No such people.', more: 'More',
    deactivate: 'Deactivate', activate: 'Activate', unlock: 'Unlock', setPassword: 'Set a password',
    passwordHint: 'at least 8 characters; empty: cannot sign in', newPassword: 'New password (at least 8 characters)',
    deactivateSays: '{name} can no longer sign in and is signed out everywhere at once; the name stays with old incidents. This can be taken back.', unlockSays: 'Ends the lock after failed sign-ins; {name} may try again at once.', saved: '{name} was saved and is in force.', same: 'Nothing changed.', added: '{name} was added and may sign in.', unlocked: 'Unlocked.',
    passwordSet: 'The password was set; tell it in person.', exists: 'This phone has an account; use “Edit”',
    phoneHint: '5 to 19 digits', unit: 'Unit', department: 'Department',
    departmentHint: 'needed for handlers and heads',
    export: 'Export', import: 'Import', template: 'Template', role: 'Role', phone: 'Phone', name: 'Name', save: 'Save',
    passwordDone: 'Set',
    waits: 'Open incidents are concerned, or there is something to read: confirm it in the draft.', accounts: 'People',
    departments: 'Departments',
  },
  dept: {
    lead: 'What each department answers for and where; dispatching finds it by this', search: 'Name or code',
    add: 'Add a department', edit: 'Edit', editTitle: 'Edit {name}', functions: 'Functions',
    jurisdiction: 'Jurisdiction',
    own: 'its own unit', unit: 'Its unit', none: 'No such departments.', function: 'Function',
    remove: 'Remove',
    removeSays: '“{name}” answers for nothing any more and its accounts are deactivated; its name stays with old incidents. Open incidents must be transferred first.', removed: 'Removed', code: 'Code', name: 'Name', addPlace: 'Add a unit', placesHint: 'empty: its own unit and below', dropPlace: 'Take {name} away', functionsNeeded: 'Choose at least one function',
    state: 'State', active: 'In use', gone: 'Removed', saved: '{name} was saved and is in force.',
    filter: 'Filter functions',
  },
}
