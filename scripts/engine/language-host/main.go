// Replaces Pulumi's language hosts for Python and Go, which only the official download contains. It generates SDKs and the code of
// `pulumi import`, and runs programs, for tests. Its file name, `pulumi-language-<language>`, says which language it serves. It
// implements a part of `pulumi/language.proto`; the rest is UNIMPLEMENTED.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// language is what differs between the languages.
type language struct {
	generatePackage func(pkg *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader) (map[string][]byte, error)
	generateProgram func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error)
	// command returns the program's command line. It may put files into the folder work.
	command func(ctx context.Context, engine, work string, request *pulumirpc.RunRequest) ([]string, error)
}

var languages = map[string]language{
	"python": {
		generatePackage: func(pkg *schema.Package, request *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader) (map[string][]byte, error) {
			return python.GeneratePackage("pulumi-language-python", pkg, request.ExtraFiles, loader)
		},
		generateProgram: python.GenerateProgram,
		command:         pythonCommand,
	},
	"go": {
		generatePackage: func(pkg *schema.Package, request *pulumirpc.GeneratePackageRequest, _ schema.ReferenceLoader) (map[string][]byte, error) {
			return gogen.GeneratePackage("pulumi-language-go", pkg, request.LocalDependencies)
		},
		generateProgram: gogen.GenerateProgram,
		command:         goCommand,
	},
}

// engineInterval is the time between two checks that the engine has not ended.
const engineInterval = 500 * time.Millisecond

func main() {
	if err := serve(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(os.Args[0]), err)
		os.Exit(1)
	}
}

// serve listens until the engine has ended.
func serve() error {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	served, known := languages[strings.TrimPrefix(name, "pulumi-language-")]
	if !known {
		return errors.New("the file name must be pulumi-language-python or pulumi-language-go")
	}
	// The engine passes options of the official hosts, which are not needed here, before its address.
	flag.String("root", "", "")
	flag.String("tracing", "", "")
	flag.Parse()
	engine := flag.Arg(0)

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if err := rpcutil.Healthcheck(ctx, engine, engineInterval, stop); err != nil {
		return fmt.Errorf("no connection to the engine at %q: %w", engine, err)
	}
	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel:  cancel,
		Options: rpcutil.TracingServerInterceptorOptions(nil),
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{language: served, engine: engine, ctx: ctx})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language
	engine string
	// ctx ends with the engine.
	ctx context.Context
}

func (*host) Handshake(context.Context, *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (*host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// GetRequiredPackages returns none: the engine looks for a plugin when a program registers its first resource.
func (*host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (h *host) GeneratePackage(_ context.Context, request *pulumirpc.GeneratePackageRequest) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.Schema), &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewCachedLoader(loader), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GeneratePackageResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}
	if diagnostics.HasErrors() {
		return response, nil
	}
	files, err := h.generatePackage(pkg, request, loader)
	if err != nil {
		return nil, err
	}
	for name, content := range files {
		file := filepath.Join(request.Directory, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return nil, err
		}
	}
	return response, nil
}

func (h *host) GenerateProgram(_ context.Context, request *pulumirpc.GenerateProgramRequest) (*pulumirpc.GenerateProgramResponse, error) {
	loader, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	parser := syntax.NewParser()
	for name, text := range request.Source {
		if err := parser.ParseFile(strings.NewReader(text), name); err != nil {
			return nil, err
		}
	}
	diagnostics := parser.Diagnostics
	failed := func() (*pulumirpc.GenerateProgramResponse, error) {
		return &pulumirpc.GenerateProgramResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}, nil
	}
	if diagnostics.HasErrors() {
		return failed()
	}
	var options []pcl.BindOption
	if !request.Strict {
		options = pcl.NonStrictBindOptions()
	}
	program, found, err := pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), options...)
	if err != nil {
		return nil, err
	}
	diagnostics = append(diagnostics, found...)
	if found.HasErrors() || program == nil {
		return failed()
	}
	source, found, err := h.generateProgram(program)
	if err != nil {
		return nil, err
	}
	diagnostics = append(diagnostics, found...)
	return &pulumirpc.GenerateProgramResponse{Source: source, Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)}, nil
}
