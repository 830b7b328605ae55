// A plugin of brokers that takes clients' metrics (KIP-714), and writes each push as a line of JSON to telemetry.jsonl in the
// folder of the broker's logs. Brokers get `metric.reporters=TelemetryFile`.
import java.io.FileWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryPayload;
import org.apache.kafka.server.telemetry.ClientTelemetryReceiver;

public class TelemetryFile implements MetricsReporter, ClientTelemetry, ClientTelemetryReceiver {
    private final String path = System.getProperty("kafka.logs.dir") + "/telemetry.jsonl";

    @Override
    public void configure(Map<String, ?> settings) {}

    @Override
    public ClientTelemetryReceiver clientReceiver() { return this; }

    @Override
    public synchronized void exportMetrics(AuthorizableRequestContext context, ClientTelemetryPayload payload) {
        ByteBuffer data = payload.data().duplicate();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        try (Writer file = new FileWriter(path, true)) {
            file.write("{\"client\":\"" + context.clientId() + "\",\"instance\":\"" + payload.clientInstanceId()
                + "\",\"last\":" + payload.isTerminating() + ",\"type\":\"" + payload.contentType() + "\",\"metrics\":\""
                + Base64.getEncoder().encodeToString(bytes) + "\"}\n");
        } catch (IOException error) {
            throw new RuntimeException(error);
        }
    }

    @Override
    public void init(List<KafkaMetric> metrics) {}

    @Override
    public void metricChange(KafkaMetric metric) {}

    @Override
    public void metricRemoval(KafkaMetric metric) {}

    @Override
    public void close() {}
}
