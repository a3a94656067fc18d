package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// alreadyReported is the exit code of a program whose error the user has seen.
const alreadyReported = 32

// Run runs a program and waits for its end. What it prints goes to the user.
func (h *host) Run(call context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, stop := context.WithCancel(call)
	defer stop()
	defer context.AfterFunc(h.ctx, stop)()

	work, err := os.MkdirTemp("", "pulumi-program-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	command, err := h.command(ctx, h.engine, work, request)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	environment, err := environment(h.engine, request)
	if err != nil {
		return nil, err
	}
	program := exec.CommandContext(ctx, command[0], command[1:]...)
	program.Dir = request.GetInfo().GetProgramDirectory()
	program.Env = environment
	program.Stdout, program.Stderr = os.Stdout, os.Stderr

	err = program.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == alreadyReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case err != nil:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program failed: %v", err)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

// environment returns what the SDK for Go reads; that for Python reads only the configuration from it.
func environment(engine string, request *pulumirpc.RunRequest) ([]string, error) {
	// Empty, they must not become null.
	values, keys := map[string]string{}, []string{}
	maps.Copy(values, request.GetConfig())
	config, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(append(keys, request.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	return append(os.Environ(),
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secrets),
		"PULUMI_ORGANIZATION="+request.GetOrganization(),
		"PULUMI_PROJECT="+request.GetProject(),
		"PULUMI_ROOT_DIRECTORY="+request.GetInfo().GetRootDirectory(),
		"PULUMI_STACK="+request.GetStack(),
		"PULUMI_DRY_RUN="+strconv.FormatBool(request.GetDryRun()),
		"PULUMI_PARALLEL="+strconv.Itoa(int(request.GetParallel())),
		"PULUMI_MONITOR="+request.GetMonitorAddress(),
		"PULUMI_ENGINE="+engine,
	), nil
}

// pythonCommand runs the program with Pulumi's own script, which lies beside this host, in the project's virtual environment.
func pythonCommand(_ context.Context, engine, _ string, request *pulumirpc.RunRequest) ([]string, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, err
	}
	info := request.GetInfo()
	python := "python3"
	if venv := info.GetOptions().GetFields()["virtualenv"].GetStringValue(); venv != "" {
		python = venv
		if !filepath.IsAbs(venv) {
			python = filepath.Join(info.GetRootDirectory(), venv)
		}
		python = filepath.Join(python, "bin", "python")
	}
	return []string{
		python, "-u", filepath.Join(filepath.Dir(executable), "pulumi-language-python-exec"),
		"--monitor", request.GetMonitorAddress(),
		"--engine", engine,
		"--organization", request.GetOrganization(),
		"--project", request.GetProject(),
		"--root_directory", info.GetRootDirectory(),
		"--stack", request.GetStack(),
		"--pwd", info.GetProgramDirectory(),
		"--parallel", strconv.Itoa(int(request.GetParallel())),
		"--dry_run", strconv.FormatBool(request.GetDryRun()),
		filepath.Join(info.GetProgramDirectory(), info.GetEntryPoint()),
	}, nil
}

// goCommand compiles the program into the folder work. `go run` would not pass its exit code on.
func goCommand(ctx context.Context, _, work string, request *pulumirpc.RunRequest) ([]string, error) {
	info := request.GetInfo()
	binary := filepath.Join(work, "program")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./"+info.GetEntryPoint())
	build.Dir = info.GetProgramDirectory()
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, output)
	}
	return []string{binary}, nil
}
