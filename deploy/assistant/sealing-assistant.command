#!/bin/sh
# 封存助手 / the sealing assistant: double-click it (macOS), or the .desktop file beside it (Linux).
# 文件放在主文件夹的 changpiao 里；关闭浏览器页面以后，在这个窗口按 Ctrl-C 结束。
# CHANGPIAO_FOLDER and CHANGPIAO_HOME name other places.
place="$HOME/changpiao"
mkdir -p "$place"
if ! command -v tally-coordinator >/dev/null 2>&1; then
  echo "这台电脑没有安装 tally-coordinator，请管理员先安装（docs/administrator.md）"
  echo "tally-coordinator is not installed here: ask the administrator (docs/administrator.md)"
else
  tally-coordinator assistant --from "${CHANGPIAO_FOLDER:-$place/folder}" --home "${CHANGPIAO_HOME:-$place/county}" --open
fi
# a window that closes by itself takes away what was said in it
[ -t 0 ] && { printf '%s' "按回车关闭 · Enter closes "; read -r _; }
exit 0
