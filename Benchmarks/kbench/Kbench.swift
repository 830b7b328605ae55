@main struct Kbench { static func main() {} }
