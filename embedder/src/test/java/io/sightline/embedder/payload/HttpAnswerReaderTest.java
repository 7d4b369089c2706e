package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.Rejections.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.schemas.avro.DeadLetterReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerReaderTest {

    private static final long MAX_BYTES = 10;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nimage",
                "HTTP/1.1 200\r\ncontent-LENGTH:5 \r\n\r\nimage and what comes after it",
                "HTTP/1.0 200 OK\nContent-Length: 5\n\nimage",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nimage",
                "HTTP/1.1 200 OK\r\n\r\nimage",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nimage",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nimage\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nim\r\n003 \r\nage\r\n0\r\nTrailer: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nimage\r\n0\r\n\r\n"
            })
    void shouldReadABody(String answer) throws Exception {
        HttpAnswer read = read(answer);

        assertThat(read.status()).isEqualTo(200);
        assertThat(new String(read.body(), StandardCharsets.US_ASCII)).isEqualTo("image");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0-OpenSSH_9.7\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 999 ?\r\n\r\n",
                "HTTP/1.1 200 OK",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nim",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nimage",
                "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nimage",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nimage",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nimage\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nimage",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nimages\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nimage\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nimage"
            })
    void shouldFailOnWhatIsNoCompleteAnswer(String answer) {
        assertThatThrownBy(() -> read(answer)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 11\r\n\r\n",
                "Content-Length: 999999999999999999\r\n\r\n",
                "\r\nan image of more than ten bytes",
                "Transfer-Encoding: chunked\r\n\r\nb\r\n",
                "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
                "Transfer-Encoding: chunked\r\n\r\n6\r\nan ima\r\n5\r\n"
            })
    void shouldRefuseALargeBodyWithoutReadingItAll(String rest) {
        assertRejected(
                DeadLetterReason.OVERSIZE,
                "the answer to 'https://images.example.org/a' has more than the 10 bytes",
                () -> read("HTTP/1.1 200 OK\r\n" + rest));
    }

    @Test
    void shouldTakeABodyThatIsJustNotTooLarge() throws Exception {
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
                        .body())
                .hasSize(10);
        assertThat(read("HTTP/1.1 200 OK\r\n\r\n0123456789").body()).hasSize(10);
        assertThat(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")
                        .body())
                .hasSize(10);
    }

    @Test
    void shouldStopAtAHeadWithoutEnd() {
        String line = "X: " + "x".repeat(1000) + "\r\n";

        assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + line.repeat(20)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> read("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + "x".repeat(1000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long");
    }

    @Test
    void shouldReadOnlyTheHeadOfOtherAnswers() throws Exception {
        HttpAnswer answer = read("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 99999\r\n\r\n");

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.location()).isEqualTo("/b");
        assertThat(answer.body()).isEmpty();
    }

    private static HttpAnswer read(String answer) throws Exception {
        byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
        return new HttpAnswerReader(new ByteArrayInputStream(bytes), "https://images.example.org/a?key=1", MAX_BYTES)
                .read();
    }
}
