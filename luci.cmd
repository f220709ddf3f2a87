@echo off
rem Starts luci from a clone: sets it up when needed, then runs dist\cli.cjs. Expected to work, not tested.
where node >nul 2>nul || (
  echo luci needs Node.js 20.19 or newer, and there is no node on the PATH. Install it from nodejs.org. 1>&2
  exit /b 7
)
node "%~dp0scripts\setup.mjs" --if-needed || exit /b %errorlevel%
node "%~dp0dist\cli.cjs" %*
