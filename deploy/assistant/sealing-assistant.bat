@echo off
rem The sealing assistant: double-click. The coordinator runs in WSL (Windows Subsystem for Linux), where it is installed.
chcp 65001 >nul
title 封存助手
wsl.exe -- env BROWSER=explorer.exe sh -lc "mkdir -p ~/changpiao && tally-coordinator assistant --from ~/changpiao/folder --home ~/changpiao/county --open"
if errorlevel 1 echo 没有启动：请管理员检查 WSL 和 tally-coordinator 是否已安装 / not started: are WSL and tally-coordinator installed?
pause
