@echo off
rem Starts the provider area1 for the Pulumi engine.
where node >nul 2>nul
if errorlevel 1 (
  echo The Pulumi provider area1 needs Node.js 20 or later. Install it from https://nodejs.org, and check that node is on PATH. 1>&2
  exit /b 1
)
node "%~dp0..\dist\plugin\main.js" %*
