// The build: dotnet tool restore && dotnet cake --target=NAME. Without a target it lists them.

using System.Security.Cryptography;

var targets = Arguments("target", "Help");
var configuration = Argument("configuration", "Release");
var solution = "RedisOnRaft.slnx";
var artifacts = Directory("artifacts");
var platforms = Argument("platforms", "linux-x64,linux-arm64,osx-arm64,win-x64").Split(',');

// Hands the rest of the command line (--rounds=5 --quick) on to a program of ours.
string PassedOn(params string[] names) => string.Join(' ', names.Where(HasArgument).Select(
    name => Argument(name, "") is { Length: > 0 } value ? $"--{name} {value}" : $"--{name}"));

void Benchmarks(string arguments) => DotNetRun("benchmarks/benchmarks.csproj", arguments,
    new DotNetRunSettings { Configuration = configuration, NoBuild = true });

void Simulator(string arguments) => DotNetRun("Raft.Core.Tests/Raft.Core.Tests.csproj", arguments,
    new DotNetRunSettings { Configuration = configuration, NoBuild = true });

Task("Help")
    .Description("Lists the targets.")
    .Does(() =>
{
    foreach (var task in Tasks) Information($"{task.Name,-18} {task.Description}");
});

Task("Clean")
    .Description("Removes everything that was built.")
    .Does(() =>
{
    CleanDirectory(artifacts);
    foreach (var project in GetFiles("**/*.csproj"))
    {
        CleanDirectory(project.GetDirectory().Combine("bin"));
        CleanDirectory(project.GetDirectory().Combine("obj"));
    }
});

Task("Build")
    .Description("Builds all projects; warnings are errors. With --built it counts as done.")
    .WithCriteria(() => !HasArgument("built"))
    .Does(() => DotNetBuild(solution, new DotNetBuildSettings { Configuration = configuration, NoLogo = true }));

Task("Format")
    .Description("Formats the sources.")
    .Does(() => DotNetFormat(solution));

Task("Test")
    .Description("Runs all tests; with --filter=EXPRESSION some of them.")
    .IsDependentOn("Build")
    .Does(() => DotNetTest(solution, new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = Argument("filter", (string)null),
    }));

Task("Benchmark")
    .Description("Measures the rooms with BenchmarkDotNet; --filter=*Name* chooses.")
    .IsDependentOn("Build")
    .Does(() => Benchmarks($"--filter {Argument("filter", "*")} --artifacts {artifacts}/benchmarks"));

Task("ClusterBenchmark")
    .Description("Measures three nodes against one fsyncing redis-server; --rounds=N, --quick, --wide, --open-loop, --baseline=SERVER, --recorded=FILE, --output=FILE; --draw=FILE draws the chart of earlier figures.")
    .IsDependentOn("Build")
    .Does(() => Benchmarks($"cluster {PassedOn("rounds", "quick", "wide", "open-loop", "baseline", "recorded", "only", "output", "draw")}"));

Task("Budget")
    .Description("Measures what one SET and one GET cost each process: processor time, system calls, allocations, bytes; --only=NAME.")
    .IsDependentOn("Build")
    .Does(() => Benchmarks($"budget {PassedOn("only")}"));

Task("Endurance")
    .Description("Watches the memory of three nodes and the pauses of their collections under a mixed load; --minutes=N (60), --rate=N, --output=FILE.")
    .IsDependentOn("Build")
    .Does(() => Benchmarks($"endurance {PassedOn("minutes", "rate", "output")}"));

Task("Growth")
    .Description("Measures how throughput changes with nodes, clients, pipeline, value bytes and keys, beside redis-server; --only=NAME, --rounds=N, --output=DIR.")
    .IsDependentOn("Build")
    .Does(() => Benchmarks($"growth {PassedOn("only", "rounds", "output")}"));

Task("StorageBenchmark")
    .Description("Measures snapshots under load, restarts and memory on three nodes; --keys=N, --rounds=N.")
    .IsDependentOn("Build")
    .Does(() => Benchmarks($"storage {PassedOn("keys", "rounds")}"));

Task("KillLoop")
    .Description("Kills one node after the other with -9 under load with snapshots, --rounds=N (100) times.")
    .IsDependentOn("Build")
    .Does(() => DotNetTest("Redis.Server.Tests/Redis.Server.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = "FullyQualifiedName~KillLoopTests",
        EnvironmentVariables = new Dictionary<string, string> { ["KILL_ROUNDS"] = Argument("rounds", "100") },
    }));

Task("Chaos")
    .Description("Lets everything go wrong on real processes for --minutes=N (60), and checks what clients saw; --seed=N, --options=\"--raft...\".")
    .IsDependentOn("Build")
    .Does(() => DotNetTest("Redis.Server.Tests/Redis.Server.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = "FullyQualifiedName~ChaosTests",
        Loggers = new[] { "console;verbosity=detailed" },
        EnvironmentVariables = new Dictionary<string, string>
        {
            ["CHAOS_MINUTES"] = Argument("minutes", "60"),
            ["CHAOS_SEED"] = Argument("seed", $"{DateTime.UtcNow.Ticks % int.MaxValue}"),
            ["CHAOS_OPTIONS"] = Argument("options", ""),
            ["CHAOS_OUTPUT"] = MakeAbsolute(artifacts + Directory("chaos")).FullPath,
        },
    }));

Task("Soak")
    .Description("Simulates new seeds on all processors for --minutes=N (10) or until one fails.")
    .IsDependentOn("Build")
    .Does(() => Simulator($"soak {Argument("minutes", "10")}"));

Task("Differential")
    .Description("Compares new generated commands and scripts with redis-server, also on real clusters, for --minutes=N (10) or until one differs; --scripts=N (2000) a round.")
    .IsDependentOn("Build")
    .Does(() =>
{
    var end = DateTime.UtcNow.AddMinutes(Argument("minutes", 10));
    while (DateTime.UtcNow < end)
    {
        var seed = DateTime.UtcNow.Ticks; // scripts use a range of seeds from here on
        Information($"REDIS_ORACLE_SEED={seed}");
        DotNetTest("Redis.Server.Tests", new DotNetTestSettings
        {
            Configuration = configuration,
            NoBuild = true,
            Filter = "FullyQualifiedName~DifferentialTests",
            EnvironmentVariables = new Dictionary<string, string> { ["REDIS_ORACLE_SEED"] = $"{seed}", ["REDIS_ORACLE_SCRIPTS"] = Argument("scripts", "2000") },
        });
    }
});

Task("PlantedBugs")
    .Description("Plants known bugs one at a time and lets the tests look for them; --bugs=6,13 chooses.")
    .IsDependentOn("Build")
    .Does(() => Simulator($"planted {Argument("bugs", "").Replace(',', ' ')}"));

Task("Mutation")
    .Description("Mutates Raft.Core with Stryker and runs its tests against every mutant; --files=Election,Peer chooses; report in artifacts/mutation.")
    .IsDependentOn("Build")
    .Does(() => DotNetTool("stryker", new DotNetToolSettings
    {
        WorkingDirectory = "Raft.Core.Tests",
        ArgumentCustomization = arguments => arguments.Append("--config-file stryker-config.json --output ../artifacts/mutation"
            + string.Concat(Argument("files", "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(file => $" --mutate **/{file}.cs"))),
    }));

Task("Pack")
    .Description("Makes the NuGet packages of Raft.Core and Raft.Storage in artifacts/packages.")
    .IsDependentOn("Build")
    .Does(() =>
{
    foreach (var project in new[] { "Raft.Core", "Raft.Storage" })
    {
        DotNetPack($"{project}/{project}.csproj", new DotNetPackSettings
        {
            Configuration = configuration,
            NoBuild = true,
            OutputDirectory = artifacts + Directory("packages"),
        });
    }
});

Task("PackageCheck")
    .Description("Builds and runs the programs of docs/embedding.md with nothing but the two packages; needs no network.")
    .IsDependentOn("Pack")
    .Does(() =>
{
    var check = artifacts + Directory("package-check");
    CleanDirectory(check);
    void Write(string name, string text) => System.IO.File.WriteAllText(check + File(name), text);
    var version = XmlPeek("Directory.Build.props", "/Project/PropertyGroup/VersionPrefix");
    // Nothing of this repository but the package: neither its settings nor what was restored before.
    Write("Directory.Build.props", "<Project />");
    Write("Directory.Packages.props", "<Project />");
    Write("NuGet.config", $"<configuration><packageSources><clear /><add key=\"built\" value=\"{MakeAbsolute(artifacts + Directory("packages"))}\" /></packageSources></configuration>");
    Write("Counter.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>"
        + "<Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><RestorePackagesPath>restored</RestorePackagesPath><UseAppHost>false</UseAppHost></PropertyGroup>"
        + $"<ItemGroup><PackageReference Include=\"Raft.Core\" Version=\"{version}\" /><PackageReference Include=\"Raft.Storage\" Version=\"{version}\" /></ItemGroup></Project>");
    Write("Program.cs", "if (Embedding.ReplicatedCounter.Run(Console.Out) != 55) return 1;\n"
        + "for (int start = 1; start <= 2; start++)\n{\n    using Embedding.DurableCounter counter = new(\"data\");\n    counter.Add(start);\n    Console.WriteLine($\"the durable counter is at {counter.Value}\");\n"
        + "    if (counter.Value != (start == 1 ? 1 : 3)) return 2;\n}\n\nreturn 0;\n");
    foreach (var name in new[] { "CounterNode.cs", "DurableCounter.cs", "InProcessTransport.cs", "ReplicatedCounter.cs" }) CopyFileToDirectory($"Raft.Core.Tests/Embedding/{name}", check);
    DotNetRun(MakeAbsolute(check + File("Counter.csproj")).FullPath, new DotNetRunSettings { Configuration = configuration, WorkingDirectory = check });
});

// ELF's e_machine, Mach-O's cputype, the machine of a PE header.
string PlatformOf(byte[] program) => BitConverter.ToUInt32(program) switch
{
    0x464C457F => BitConverter.ToUInt16(program, 18) switch { 62 => "linux-x64", 183 => "linux-arm64", _ => "another Linux" },
    0xFEEDFACF => BitConverter.ToUInt32(program, 4) == 0x0100000C ? "osx-arm64" : "osx-x64",
    uint dos when (ushort)dos == 0x5A4D => BitConverter.ToUInt16(program, BitConverter.ToInt32(program, 60) + 4) == 0x8664 ? "win-x64" : "another Windows",
    _ => "no program",
};

// The script engine's native library has to be a part of the file, and the one of that platform, as its package has it.
void CheckProgram(string platform, byte[] program)
{
    if (PlatformOf(program) is var built && built != platform) throw new CakeException($"This is a program for {built}, not for {platform}.");
    var version = XmlPeek("Directory.Packages.props", "/Project/ItemGroup/PackageVersion[@Include='KeraLua']/@Version");
    var libraries = System.IO.Path.Combine(NuGetPackages(), "keralua", version, "runtimes", platform.StartsWith("osx") ? "osx" : platform, "native");
    var library = System.IO.Directory.GetFiles(libraries).Single();
    if (program.AsSpan().IndexOf(System.IO.File.ReadAllBytes(library)) < 0) throw new CakeException($"The file for {platform} lacks {library}.");
}

string NuGetPackages() => EnvironmentVariable("NUGET_PACKAGES")
    ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

string Checksum(string file) => $"{Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)))}  {System.IO.Path.GetFileName(file)}\n";

// linux-x64: one file with the runtime's compiler in it. linux-x64-native: compiled to machine code ahead, which only a machine of that platform
// with a C linker can do.
const string NativeSuffix = "-native";

bool IsNative(string platform) => platform.EndsWith(NativeSuffix);

string RuntimeOf(string platform) => IsNative(platform) ? platform[..^NativeSuffix.Length] : platform;

void PublishServers(IEnumerable<string> names)
{
    foreach (var platform in names)
    {
        // Apart from the build, which stays as it is, and anew: code that was compiled ahead in another way is not noticed to be stale.
        var build = MakeAbsolute(artifacts + Directory("published-build"));
        CleanDirectory(build);
        var output = artifacts + Directory("publish") + Directory(platform);
        CleanDirectory(output);
        // The lock files describe the portable build; a published platform adds its runtime, which is not recorded.
        DotNetPublish("Redis.Server/Redis.Server.csproj", new DotNetPublishSettings
        {
            Configuration = configuration,
            Runtime = RuntimeOf(platform),
            SelfContained = true,
            OutputDirectory = output,
            ArgumentCustomization = arguments => arguments
                .Append("--artifacts-path").AppendQuoted(build.FullPath)
                .Append(IsNative(platform) ? "-p:PublishAot=true" : "-p:PublishSingleFile=true -p:PublishReadyToRun=true -p:DebugType=embedded")
                .Append("-p:RunAnalyzers=false") // the target Build has run them
                .Append("-p:GenerateDocumentationFile=false -p:NuGetLockFilePath=obj/publish.lock.json"),
        });
        var suffix = platform.StartsWith("win") ? ".exe" : "";
        var program = output + File($"redis-raft-server{suffix}");
        MoveFile(output + File($"Redis.Server{suffix}"), program);
        CheckProgram(RuntimeOf(platform), System.IO.File.ReadAllBytes(program));
        System.IO.File.WriteAllText($"{program}.sha256", Checksum(program));
        Information($"{program}: {new System.IO.FileInfo(program).Length / (1 << 20)} MiB");
    }
}

// An archive a platform, with what a machine needs besides the program, and the checksums of all that is handed out.
void MakeRelease(IEnumerable<string> names)
{
    PublishServers(names);
    var release = artifacts + Directory("release");
    CleanDirectory(release);
    var version = XmlPeek("Directory.Build.props", "/Project/PropertyGroup/VersionPrefix");
    foreach (var platform in names)
    {
        var name = $"redis-raft-server-{version}-{platform}";
        var content = artifacts + Directory("content") + Directory(name);
        CleanDirectory(content);
        CopyFiles($"{artifacts}/publish/{platform}/redis-raft-server*", content);
        DeleteFiles($"{content}/*.sha256");
        CopyFiles(new FilePath[] { "LICENSE", "THIRD-PARTY-NOTICES" }, content);
        CopyFile(GetFiles($"{NuGetPackages()}/microsoft.netcore.app.runtime.{(IsNative(platform) ? "nativeaot." : "")}{RuntimeOf(platform)}/*/THIRD-PARTY-NOTICES.TXT").Last(), content + File("dotnet-notices.txt"));
        CopyDirectory("docs/deploy", content + Directory("docs/deploy"));
        if (platform.StartsWith("win"))
        {
            System.IO.Compression.ZipFile.CreateFromDirectory(content, release + File($"{name}.zip"), System.IO.Compression.CompressionLevel.Optimal, includeBaseDirectory: true);
        }
        else
        {
            using var archive = new System.IO.Compression.GZipStream(System.IO.File.Create(release + File($"{name}.tar.gz")), System.IO.Compression.CompressionLevel.Optimal);
            System.Formats.Tar.TarFile.CreateFromDirectory(content, archive, includeBaseDirectory: true); // keeps who may execute what
        }
    }
    CopyFiles($"{artifacts}/packages/*.{version}.*nupkg", release);
    var files = GetFiles($"{release}/*").Select(file => file.FullPath).Order(StringComparer.Ordinal).ToArray();
    System.IO.File.WriteAllText(release + File("SHA256SUMS"), string.Concat(files.Select(Checksum)));
    foreach (var file in files) Information($"{file}: {new System.IO.FileInfo(file).Length / (1 << 20)} MiB");
}

// As somebody does who got a release.
void Unpack(string directory)
{
    MakeRelease(["linux-x64"]);
    var release = artifacts + Directory("release");
    void Run(string program, string arguments)
    {
        var exit = StartProcess(program, new ProcessSettings { Arguments = arguments, WorkingDirectory = release });
        if (exit != 0) throw new CakeException($"{program} {arguments} ended with {exit}.");
    }
    Run("sha256sum", "--check --ignore-missing SHA256SUMS");
    Run("tar", $"xzf {GetFiles($"{release}/*-linux-x64.tar.gz").Single().GetFilename()} --strip-components=1 -C {directory}");
}

Task("Publish")
    .Description("Makes self-contained single-file servers in artifacts/publish; --platforms=linux-x64,linux-x64-native,...")
    .Does(() => PublishServers(platforms));

Task("Release")
    .Description("What is handed out, in artifacts/release: an archive a platform with the sample files, the packages, SHA256SUMS; --platforms=linux-x64,...")
    .IsDependentOn("Pack")
    .Does(() => MakeRelease(platforms));

Task("Unpack")
    .Description("Makes the archive for linux-x64, compares its checksum and unpacks it: --to=DIRECTORY.")
    .IsDependentOn("Pack")
    .Does(() => Unpack(Argument<string>("to")));

Task("PublishCheck")
    .Description("Unpacks the archive for linux-x64 elsewhere and runs tests of real processes with it, without DOTNET_ROOT.")
    .IsDependentOn("Pack")
    .Does(() =>
{
    var elsewhere = System.IO.Directory.CreateTempSubdirectory("published-").FullName;
    Unpack(elsewhere);
    string[] tests = ["PublishedProgramTests", "BootstrapTests", "ServiceTests", "ContainerTests", "ProcessTests", "DeploymentTests", "WalkTests", "ScriptClusterTests"];
    DotNetTest("Redis.Server.Tests/Redis.Server.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = string.Join('|', tests.Select(test => $"FullyQualifiedName~{test}")),
        EnvironmentVariables = new Dictionary<string, string> { ["REDIS_RAFT_SERVER"] = System.IO.Path.Combine(elsewhere, "redis-raft-server") },
    });
    System.IO.Directory.Delete(elsewhere, recursive: true);
});

Task("FormatCheck")
    .Description("Says what is not formatted.")
    .Does(() => DotNetFormat(solution, new DotNetFormatSettings { VerifyNoChanges = true }));

Task("Ci")
    .Description("What a change has to pass: FormatCheck, Test, PackageCheck, PublishCheck. .ci/run does it on a fresh machine.")
    .IsDependentOn("FormatCheck")
    .IsDependentOn("Test")
    .IsDependentOn("PackageCheck")
    .IsDependentOn("PublishCheck");

TaskSetup(context => Information($"{context.Task.Name}: {context.Task.Description}"));

RunTargets(targets);
