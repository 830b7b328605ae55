/// Keys and the partitions that the Java client chooses for them.
///
/// Made with kafka-clients 4.3.1, `org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey`, for 200
/// keys: the empty one, one of each length from 1 to 19, and others of up to 11 bytes, all of `java.util.Random(2)`.
enum JavaPartitions {
    struct Row {
        let key: [UInt8]
        /// With 7 and with 64 partitions.
        let ofSeven: Int32
        let ofSixtyFour: Int32
    }

    static let rows: [Row] = text.split(whereSeparator: \.isWhitespace).map { row in
        let fields = row.split(separator: ":", omittingEmptySubsequences: false)
        let digits = Array(fields[0])
        let key = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! }
        return Row(key: key, ofSeven: Int32(fields[1])!, ofSixtyFour: Int32(fields[2])!)
    }

    /// Each key in hexadecimal, and its partition of 7 and of 64.
    private static let text = """
        :2:25 39:1:3 f8b9:0:54 9045c5:3:57 175f1001:2:44 eac32f7fcd:4:60 5c6e62fc4e63:6:21 0f7b6cdb79e551:5:33
        9c9cc7fcbd60ee73:0:47 f48e683aec841b8524:1:26 40d01ed7b7953fbe1ef9:0:5 85e317f35eeec28d2cb7cf:0:48
        1fc6621c8e5310b1750606c9:3:57 016a08da6d18a56015fb860e37:1:50 225f856885d6fbf2f726365a540e:3:33
        5e3f62febcb78eac5ca6db8f78f198:5:36 4a1fda794e74fdcb3f3ba60c78daeb2b:4:13
        65cd0f95b7620d2a2d0febd9c788e4977c:5:57 4116033d4c3037272edacba9509cc3f6ded2:3:46
        9e5a8d3bbc94c4af753adc9d37eacb068791e0:1:59 7c:6:15 8c4de0d6634584025400:2:10 5d4233cc12c0b802ed63:3:18
        15018a1bbdc3df1a:2:14 f69903d9bffac2eee17a:6:18 4149df:3:44 3edc060939:6:18 a2d392:4:22 d6e7f50c23356d:2:38
        :2:25 f439d40e:5:46 80e3d67552ea3a6407:2:22 0519:5:7 fe5712ca6b33b4:2:28 4e6330:5:12 a148:0:25 8c0f1d8a:0:10
        ae052f6ba4102e6cb3:0:62 8045fcb8b03c:0:12 b3:5:22 f0ae3b906f81d1cc52cee9:1:20 :2:25 :2:25 32644da220ac:2:18
        a737a932a9:5:17 c7d7838e2577eb9ea9:5:3 2af7047d2f1b82f06667c1:3:37 6ac57c0a8e02afcd3b:6:42
        b6640265141c48ebceba:6:57 33:5:63 71:0:59 fdda86bb:4:47 cb497eb4e2:1:2 be:5:22 c15d6da096de1b:0:3 6b7230:1:8
        1cc8:5:18 dd6c902dc7:5:43 dfbef65e61baf2e8:0:19 96694f486bbe236f:5:21 ebeacdbebd6212:1:56 839f:1:11
        ec953fd0c1e156ecfc:4:37 90746d099803f0f04a:2:22 740a762ce8:1:36 b67328eb43:0:0 55e48d6374:5:30 2a73861b21:4:41
        83aa30e684d919c0e64c:2:56 cf7cba4eca58439284ebc1:4:20 81faf9692618310a:3:41 8664cfd923:4:31
        dbb968e75e5f8256739c:4:62 d61bcb539adb5a:6:55 e8cee3ccb410e1a6e6a91f:1:10 1ae312cb6ea97c37:1:7 9c0a17522aab:2:44
        d85b:0:29 47aa2304:3:63 480b3d335c46:0:7 8cc14e974563:1:51 26:3:19 a603cc84202d4142eb0d98:2:12
        d38242ed6d7711:5:31 789aed2897bd1dd9:3:38 6641159b3c873b8f:5:31 c81f3691ee795be7bf:2:14
        57ada29cb34e648afa425e:6:8 :2:25 4f2463a4ac240c58:6:5 8451f4aab24301ed3699:3:34 614a1bad:4:2 c64c9ad28302f2:0:23
        b7:1:38 79a3d6b5462ed734:1:61 38:2:11 d22957370cf4e2252b:3:43 30cf6eb5857a2e87:5:11 f02fed24c4223b136d620d:0:16
        df9568c7:4:39 c6eea798fdfd:0:2 916dab80:1:53 0b475886fdedf1f60d:2:48 59549f:5:5 8c54a1be88:0:29
        3844cc59c6ed:6:39 1d75b4:3:59 4cad4c1f81927ed40849:5:25 11:6:11 27d6f723eae84bc5:2:38 ff:5:27 02a2aa:3:19
        d2:5:40 d27577bbcaadaf57:1:16 9383:6:2 9522b074e7a51515:5:38 :2:25 :2:25 06da13604653b700f9:6:43
        e5bfdbe730d19e06f58a:6:41 6cbce0025c8520:4:52 :2:25 9f:3:11 241a542ed59211:4:21 05ce64651a480b1d0c:6:2
        a54b3c2714da:0:23 4b1404:1:21 524aa104c3d3:6:4 6ab8aa:1:40 709e364d:1:48 c57d186b:5:55 db:0:3 7888b07f3ce9:4:63
        :2:25 af70b6cc09c53b575e8b20:3:38 cd0c4e4406:3:41 4e3979ea:1:63 10bd1907593ab7a54c44:6:41 b9db5831e0:1:42
        da:0:26 5d911ad016:5:45 6f7fc36484774c6d:2:35 c77369ad1ff00e15:1:62 0f135f2dfeb4ed15:3:34 ba0c81fd47f5f912:0:10
        :2:25 5a17b751a885ba29acbc:1:6 0d1df87d:0:19 6d0ddacecb:6:45 0ae8f10c328c88d4:0:43 4d04dba7:1:25
        aa220f448477923f2de7d8:3:16 e9ad0c:2:19 0ddd53f31d90ef92:2:42 533e9fdfec4d60e242528a:0:58 :2:25
        2415753c8707:6:31 d4bb3736:4:6 6bcbff99f20cb7c9644340:3:27 e1b2e21e55fd:5:52 63a6831cfdab101724bc:1:19 :2:25
        ec24b6464b9f99:3:19 fae4140a25aea28b4632:1:30 5513f948de0be4:6:4 29:2:10 c06a7c93e20911:0:6
        fe61cffaddabfadaeeb9:3:35 e5af254ee1fbb6:0:60 afbd61cdaec378128729e5:1:10 31b2d0:6:4 4f6fd1d9:3:48
        050f1900544838:2:26 48a1:6:47 8b1eaa590409d00316:3:0 a222082a93215cc73b:1:48 3ae443cf:3:31 519afb3e454e76:5:61
        f245becc8b42d588:1:7 0564:1:41 d4:6:60 dadb734af7e073de38:4:42 3ab0f74f26c5:2:16 432849527dd6d0c801:3:17
        ca641d:2:22 5373e605626f988ba1:0:60 e67bf023a0a9acd15a08a4:1:16 38c0a0f71d705e928b:2:27 6f:2:47
        e60b1a8315a9261c8929c5:3:36 87fd38c1:5:20 d77dc771426499db8dd815:3:34 abf4bb:4:0 :2:25 ca7f0d60509e1dbf71:1:20
        1e28d4:3:2 326e8d4564:1:36 7e396c1b31d407:0:41 0347:6:21 4fd905a47022d495fd:2:36
        """
}
